"""Every way in which the proxy goes wrong, tried on a server that echoes."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.chaos.proxy import Proxy
from tests.chaos.waiting import until


@pytest.fixture
def heard() -> list[bytes]:
    return []


@pytest.fixture
def proxy(heard: list[bytes]) -> Iterator[Proxy]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_echo, args=(server, heard), daemon=True).start()
        with Proxy(server.getsockname()[1]) as proxy:
            yield proxy


def _echo(server: socket.socket, heard: list[bytes]) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(connection, heard), daemon=True).start()


def _answer(connection: socket.socket, heard: list[bytes]) -> None:
    with connection, contextlib.suppress(ConnectionError):
        while piece := connection.recv(1000):
            heard.append(piece)
            connection.sendall(piece)


def _heard_on_a_new_connection(proxy: Proxy) -> bytes:
    with _connected(proxy) as client:
        return client.recv(100)


def _drained(client: socket.socket) -> None:
    while client.recv(100):
        pass


def _connected(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def test_left_alone_it_lets_everything_through(proxy: Proxy) -> None:
    with _connected(proxy) as client:
        client.sendall(b"hello")
        assert client.recv(100) == b"hello"


def test_frozen_it_closes_nothing_and_lets_nothing_through_until_it_thaws(proxy: Proxy, heard: list[bytes]) -> None:
    with _connected(proxy) as client:
        proxy.faults.frozen = True
        client.sendall(b"hello")
        client.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.recv(100)
        assert heard == []
        proxy.faults.frozen = False
        client.settimeout(5)
        assert client.recv(100) == b"hello"


def test_cut_resets_what_is_open(proxy: Proxy) -> None:
    with _connected(proxy) as client:
        client.sendall(b"hello")
        client.recv(100)
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            client.recv(100)


def test_it_refuses_those_who_come(proxy: Proxy) -> None:
    proxy.faults.refuses = True
    with pytest.raises(ConnectionResetError):  # which may come before the connection seems to stand
        _heard_on_a_new_connection(proxy)


def test_it_resets_after_so_many_bytes_of_the_answer(proxy: Proxy) -> None:
    proxy.faults.reset_after = 8
    with _connected(proxy) as client:
        client.sendall(b"12345")
        assert client.recv(100) == b"12345"
        client.sendall(b"67890")
        client.settimeout(5)
        with pytest.raises(ConnectionResetError):
            _drained(client)


def test_it_cuts_at_a_word_that_goes_through_and_only_as_often_as_it_was_told(proxy: Proxy, heard: list[bytes]) -> None:
    proxy.faults.cut_at, proxy.faults.cuts = b"COMMIT", 1
    with _connected(proxy) as client:
        client.sendall(b"COM")
        client.recv(100)
        client.sendall(b"MIT")
        with pytest.raises(ConnectionResetError):
            client.recv(100)
    until(lambda: b"".join(heard) == b"COMMIT", 5, "The word has gone through")
    with _connected(proxy) as client:
        client.sendall(b"COMMIT")
        assert client.recv(100) == b"COMMIT"
    assert proxy.done == ["cut at the word"]


def test_it_delays_what_goes_through(proxy: Proxy) -> None:
    proxy.faults.delay = 0.1
    with _connected(proxy) as client:
        client.sendall(b"hello")
        client.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.recv(100)
        client.settimeout(5)
        assert client.recv(100) == b"hello"
