"""Whoever never comes to the end of a request's head is cut, and nobody else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from firstwin.web.protocol import LARGEST_HEAD, Protocol
from firstwin.web.server import Server
from tests.web.test_ingest import ended
from tests.worker.processes import NEVER

ASKED = b"POST / HTTP/1.1\r\nHost: x\r\n"
OK = b"HTTP/1.1 200 OK\r\n"


class Hasty(Protocol):
    head_within_s = 0.3


async def size(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        body = await Request(scope, receive).body()
        await PlainTextResponse(f"{len(body)} bytes")(scope, receive, send)


@contextmanager
def connected(protocol: type[Protocol]) -> Iterator[socket.socket]:
    server = Server(size, "127.0.0.1", 0, protocol)
    server.start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        yield connection
    server.stop()


def answer(connection: socket.socket) -> bytes:
    """One whole answer; its head and its body may come apart."""
    said = b""
    while not said.endswith(b" bytes"):
        more = connection.recv(65_536)
        assert more, said
        said += more
    return said


@pytest.mark.parametrize("begun", [b"", b"\r\n", ASKED + b"X-A: "])
def test_a_head_that_does_not_come_is_not_waited_for(begun: bytes) -> None:
    with connected(Hasty) as slow:
        slow.sendall(begun)
        assert ended(slow)


def test_nor_one_that_follows_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    with connected(Hasty) as slow:
        slow.sendall(ASKED + b"\r\n")
        assert answer(slow).startswith(OK)
        NEVER.wait(0.5)  # kept alive for longer than a head may take
        slow.sendall(ASKED + b"\r\n" + ASKED)
        assert answer(slow).startswith(OK)
        assert ended(slow)
    assert caplog.records == []


def test_a_body_may_take_longer_than_a_head() -> None:
    with connected(Hasty) as slow:
        slow.sendall(ASKED + b"Content-Length: 2\r\n\r\n{")
        NEVER.wait(0.5)
        slow.sendall(b"}")
        assert answer(slow).endswith(b"2 bytes")


def test_a_head_without_end_is_cut() -> None:
    sent = 0
    with connected(Protocol) as endless:
        endless.sendall(ASKED + b"X-A: ")
        try:
            while sent < 200 * LARGEST_HEAD:
                endless.sendall(b"a" * LARGEST_HEAD)
                sent += LARGEST_HEAD
        except ConnectionError:
            pass
    assert sent < 200 * LARGEST_HEAD


def test_requests_that_follow_each_other_closely_are_all_answered() -> None:
    request = ASKED + b"Content-Length: 30000\r\n\r\n" + b"x" * 30_000
    with connected(Protocol) as close:
        close.sendall(request * 8 + ASKED + b"Connection: close\r\n\r\n")
        answers = b""
        while more := close.recv(65_536):
            answers += more
    assert answers.count(OK) == 9
