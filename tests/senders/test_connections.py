"""Connections over real sockets: which are kept, which are not, and that what never left is known not to have."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import trustme

from firstwin.senders import connections
from firstwin.senders.contract import Retry, Unknown
from firstwin.senders.guard import ALSO_PRIVATE
from firstwin.senders.http import Http
from firstwin.senders.status import Reply
from tests.senders.http_faults import Answering, head, read_request
from tests.senders.serving import for_ever, full_server, served

OK = head(200, {"Content-Length": "2"}) + b"ok"


def each_answered(server: Callable[..., Any], times: int, **how: Any) -> list[object]:
    """What is made of so many requests, one after the other."""

    async def ask() -> list[object]:
        async with served(server) as port:
            http = Http(f"http://127.0.0.1:{port}/", deadline=how.get("deadline", 10), reach=ALSO_PRIVATE, redact=str)
            replies = [await http.post(b"{}", {}) for _ in range(times)]
            await http.close()
            return list(replies)

    return asyncio.run(ask())


def test_a_connection_serves_one_request_after_the_other() -> None:
    server = Answering()
    assert [type(reply) for reply in each_answered(server, 5)] == [Reply] * 5
    assert server.connections == 1


def test_where_the_other_side_closes_each_request_has_a_connection_of_its_own() -> None:
    server = Answering(headers={"Connection": "close"})
    assert [type(reply) for reply in each_answered(server, 3)] == [Reply] * 3
    assert server.connections == 3


def test_an_answer_that_stops_half_way_counts_by_its_status_at_the_deadline() -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(head(503, {"Content-Length": "10"}) + b"half")
        await for_ever()

    assert [
        (reply.status, reply.body) for reply in each_answered(half, 2, deadline=0.3) if isinstance(reply, Reply)
    ] == [(503, "half")] * 2


@pytest.mark.parametrize("unasked", [b"", head(410, {"Content-Length": "0"})])
def test_what_lies_unread_when_the_next_is_asked_is_not_its_answer(unasked: bytes) -> None:
    """The server, in a thread of its own, speaks or closes while the loop is busy."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for spoils in (True, False):
                connection, _ = server.accept()
                connection.recv(1000)
                connection.sendall(OK)
                if spoils:
                    goes_on.wait(10)
                    connection.sendall(unasked)
                    connection.shutdown(socket.SHUT_WR)
                    spoilt.set()
                opened.append(connection)

        opened: list[socket.socket] = []
        goes_on, spoilt = threading.Event(), threading.Event()
        thread = threading.Thread(target=serve)
        thread.start()

        async def ask() -> list[object]:
            address = f"http://127.0.0.1:{server.getsockname()[1]}/"
            http = Http(address, deadline=10, reach=ALSO_PRIVATE, redact=str)
            first = await http.post(b"{}", {})
            goes_on.set()
            spoilt.wait(10)  # the loop stands still meanwhile
            second = await http.post(b"{}", {})
            await http.close()
            return [first, second]

        replies = asyncio.run(ask())
        thread.join(10)
        for connection in opened:
            connection.close()
    assert [reply.status for reply in replies if isinstance(reply, Reply)] == [200, 200]


def test_a_request_that_has_not_left_whole_is_followed_by_none_under_encryption_either(tmp_path: Path) -> None:
    """What waits to be encrypted and sent is not seen in the transport that is written to."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)

    async def answers_early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        if b"Content-Length: 2\r" in request:
            await reader.readexactly(2)
        writer.write(OK)
        await for_ever()

    async def ask() -> list[object]:
        async with served(answers_early, tls) as port:
            address = f"https://localhost:{port}/"
            http = Http(address, deadline=2, reach=ALSO_PRIVATE, redact=str, ca_file=tmp_path / "ca.pem")
            replies = [await http.post(body, {}) for body in (b"x" * 30_000_000, b"{}")]
            await http.close()
            return list(replies)

    assert [type(reply) for reply in asyncio.run(ask())] == [Reply, Reply]


def test_connections_that_nobody_needs_are_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "KEEP_ALIVE", 0.2)
    open_ones: set[int] = set()

    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.add(id(writer))
        try:
            while True:
                await read_request(reader)
                writer.write(OK)
        finally:
            open_ones.discard(id(writer))

    async def ask() -> tuple[int, int]:
        async with served(answers) as port:
            http = Http(f"http://127.0.0.1:{port}/", deadline=10, reach=ALSO_PRIVATE, redact=str)
            await asyncio.gather(*(http.post(b"{}", {}) for _ in range(20)))
            many = len(open_ones)
            for _ in range(6):
                await asyncio.sleep(0.1)
                await http.post(b"{}", {})
            few = len(open_ones)
            await http.close()
            return many, few

    assert asyncio.run(ask()) == (20, 1)


def test_who_gives_up_leaves_no_connection_to_the_next() -> None:
    """Else the next request would get the answer of the one before."""
    is_asked = asyncio.Event()

    async def slow_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await read_request(reader)
            is_asked.set()
            if request.body == b"first":
                await asyncio.sleep(0.2)
            writer.write(head(200, {"Content-Length": str(len(request.body))}) + request.body)

    async def ask() -> object:
        async with served(slow_once) as port:
            http = Http(f"http://127.0.0.1:{port}/", deadline=10, reach=ALSO_PRIVATE, redact=str)
            first = asyncio.create_task(http.post(b"first", {}))
            await is_asked.wait()
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            second = await http.post(b"second", {})
            await http.close()
            return second

    reply = asyncio.run(ask())
    assert isinstance(reply, Reply)
    assert reply.body == "second"


def test_a_server_that_speaks_something_else_is_not_taken_for_one_that_is_silent() -> None:
    async def greets(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com ESMTP\r\n")
        await for_ever()

    (answer,) = each_answered(greets, 1)
    assert isinstance(answer, Unknown)
    assert answer.reason in {"broken_answer", "connection_lost"}  # it may greet before it is asked


# ---- what never left -------------------------------------------------------------------------------------------------


def test_a_process_that_was_held_up_while_connecting_has_sent_nothing() -> None:
    async def ask(port: int) -> object:
        http = Http(f"http://127.0.0.1:{port}/", deadline=0.3, reach=ALSO_PRIVATE, redact=str)
        asyncio.get_running_loop().call_later(0.1, time.sleep, 0.5)
        answer = await http.post(b"{}", {})
        await http.close()
        return answer

    with full_server() as port:
        answer = asyncio.run(ask(port))
    assert isinstance(answer, Retry)
    assert answer.reason == "connect_timeout"


def test_a_server_that_speaks_with_its_handshake_was_not_asked(tmp_path: Path) -> None:
    """Its words come in one piece with the end of the handshake, so they are there before a request could be."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.maximum_version = ssl.TLSVersion.TLSv1_2  # in which the server has the last word
    authority.issue_cert("localhost").configure_cert(tls)

    async def speaks_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
        inside = tls.wrap_bio(received, sent, server_side=True)
        while True:
            try:
                inside.do_handshake()
                break
            except ssl.SSLWantReadError:
                writer.write(sent.read())
                received.write(await reader.read(65536))
        inside.write(head(408, {"Content-Length": "0"}))
        writer.write(sent.read())
        await for_ever()

    async def ask() -> object:
        async with served(speaks_first) as port:
            address = f"https://localhost:{port}/"
            http = Http(address, deadline=10, reach=ALSO_PRIVATE, redact=str, ca_file=tmp_path / "ca.pem")
            answer = await http.post(b"{}", {})
            await http.close()
            return answer

    answer = asyncio.run(ask())
    assert isinstance(answer, Retry)
    assert answer.reason == "no_connection"


class Names(asyncio.SelectorEventLoop):
    """The first name that is looked up is not known, which takes a while to say; later ones lead to this machine."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def getaddrinfo(self, host: Any, port: Any, **_: Any) -> list[Any]:
        del host
        self.asked += 1
        if self.asked == 1:
            await asyncio.sleep(0.2)
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def with_names(ask: Callable[[Http], Coroutine[Any, Any, object]], *, deadline: float) -> tuple[object, int]:
    """What it makes of a server with a name, and how often names were looked up. Nothing is left, nothing is logged."""
    troubles: list[object] = []

    async def asked() -> object:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: troubles.append(context))
        async with served(Answering()) as port:
            http = Http(f"http://hooks.internal:{port}/", deadline=deadline, reach=ALSO_PRIVATE, redact=str)
            found = await ask(http)
            await http.close()
            del http
        gc.collect()
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return found

    loop = Names()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        found = runner.run(asked())
    assert troubles == []
    return found, loop.asked


def test_a_name_that_fails_after_all_have_given_up_troubles_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REMEMBERED", 0.2)

    async def ask(http: Http) -> object:
        answer = await http.post(b"{}", {})
        await asyncio.sleep(0.3)
        assert isinstance(await http.post(b"{}", {}), Reply)  # the name is looked up once more
        return answer

    answer, _ = with_names(ask, deadline=0.1)
    assert isinstance(answer, Retry)
    assert answer.reason == "connect_timeout"


def test_nobody_looks_a_name_up_for_those_who_have_left() -> None:
    answer, _ = with_names(lambda http: http.post(b"{}", {}), deadline=0.1)
    assert isinstance(answer, Retry)


def test_a_name_is_looked_up_once_for_all_and_again_after_it_failed() -> None:
    async def ask(http: Http) -> list[type]:
        first = await asyncio.gather(*(http.post(b"{}", {}) for _ in range(5)))
        then = await asyncio.gather(*(http.post(b"{}", {}) for _ in range(5)))
        return [type(answer) for answer in (*first, *then)]

    assert with_names(ask, deadline=10) == ([Retry] * 5 + [Reply] * 5, 2)
