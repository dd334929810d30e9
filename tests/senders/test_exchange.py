"""What a connection makes of whatever comes over it: in any pieces, in any order, and of any bytes."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from firstwin.senders import connections
from firstwin.senders.contract import Refused, Unknown
from firstwin.senders.exchange import MOST, MOST_HEAD, BrokenAnswerError, Came, ConnectionLostError, Exchange
from firstwin.senders.guard import ALSO_PRIVATE
from firstwin.senders.http import MOST_READ, Http
from firstwin.senders.request import InvalidAddressError, Place, written
from firstwin.senders.status import Reply
from tests.senders.http_faults import Answering, head, read_request
from tests.senders.serving import for_ever, served

KEPT = {  # what comes, and after which another request may follow
    "a length": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nRetry-After: 7\r\n\r\nok",
    "chunks": b"HTTP/1.1 200 OK\r\nRetry-After: 7\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\n\r\n",
    "trailers": b"HTTP/1.1 200 OK\r\nRetry-After: 7\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nRetry-After: 9\r\nX: y\r\n\r\n",
    "announced": b"HTTP/1.1 103 Wait\r\nRetry-After: 1\r\n\r\nHTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200 OK\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nok",
    "said twice": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nRetry-After: 7\r\nretry-after: 8\r\n\r\nok",
}
TOLERATED = {  # as servers write them by hand
    "bare line feeds": b"HTTP/1.1 200 OK\nRetry-After: 7\nContent-Length: 2\n\nok",
    "a folded line": b"HTTP/1.1 200 OK\r\nX-A: a\r\n b\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nok",
    "a control character": b"HTTP/1.1 200 OK\r\nX-A: a\x01b\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nok",
    "spaces after a size": b"HTTP/1.1 200 OK\r\nRetry-After: 7\r\nTransfer-Encoding: chunked\r\n\r\n2  \r\nok\r\n0\r\n\r\n",
}
KEPT |= TOLERATED
ENDS = {  # and after which none may
    "it says so": b"HTTP/1.1 200 OK\r\nConnection: close\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nok",
    "the version": b"HTTP/1.0 200 OK\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nok",
    "more comes": b"HTTP/1.1 200 OK\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
}
UNTIL_THE_END = b"HTTP/1.1 200 OK\r\nRetry-After: 7\r\n\r\nok"


class Wire(asyncio.Transport):
    """Keeps what is written; ``left`` of it has not gone out yet."""

    def __init__(self, left: int = 0) -> None:
        super().__init__()
        self.written = b""
        self.is_ended = False
        self._left = left

    def write(self, data: Any) -> None:
        self.written += data

    def get_write_buffer_size(self) -> int:
        return self._left

    def is_closing(self) -> bool:
        return self.is_ended

    def abort(self) -> None:
        self.is_ended = True


def heard(*pieces: bytes, left: int = 0, lost: bool = True) -> tuple[Came, bool]:
    """What a request was answered by these pieces, and whether another may follow. The connection ends after them."""

    async def ask() -> tuple[Came, bool]:
        exchange, wire = Exchange(MOST_READ), Wire(left)
        exchange.connection_made(wire)
        asking = asyncio.create_task(exchange.ask(b"?"))
        await asyncio.sleep(0)
        assert wire.written == b"?"
        for piece in pieces:
            exchange.data_received(piece)
        is_kept = exchange.is_kept
        if lost:
            exchange.connection_lost(None)
        return await asking, is_kept

    return asyncio.run(ask())


def cut(content: bytes, places: Sequence[int]) -> list[bytes]:
    at = sorted({0, len(content), *(place % len(content) for place in places)})
    return [content[a:b] for a, b in pairwise(at)]


@given(st.sampled_from(sorted(KEPT | ENDS)), st.lists(st.integers(0, 500), max_size=12))
def test_in_whatever_pieces_an_answer_comes_it_is_the_same(name: str, places: list[int]) -> None:
    came, is_kept = heard(*cut((KEPT | ENDS)[name], places))
    assert (came.status, came.headers["retry-after"], bytes(came.body)) == (200, "7", b"ok")
    assert "x" not in came.headers  # what follows a body says nothing
    assert is_kept == (name in KEPT)


@given(st.lists(st.integers(0, 500), max_size=5))
def test_an_answer_without_length_is_whole_when_the_connection_ends(places: list[int]) -> None:
    came, is_kept = heard(*cut(UNTIL_THE_END, places))
    assert (came.status, bytes(came.body), is_kept) == (200, b"ok", False)


@given(st.sampled_from(sorted(KEPT.keys() - TOLERATED.keys())), st.integers(0, 500))
def test_an_answer_that_breaks_off_counts_from_its_status_on(name: str, place: int) -> None:
    whole = KEPT[name]
    begins = whole.index(b"HTTP/1.1 200")
    headers = whole.index(b"\r\n\r\n", begins) + 4
    place %= len(whole)
    if place < headers:
        with pytest.raises(ConnectionLostError):
            heard(whole[:place])
    else:
        assert heard(whole[:place])[0].status == 200


@given(
    st.lists(st.binary(min_size=1, max_size=200), max_size=5), st.sampled_from(["", *sorted(KEPT)]), st.integers(0, 300)
)
def test_whatever_comes_is_an_answer_or_none(pieces: list[bytes], name: str, place: int) -> None:
    """Bytes that mean nothing, alone or after the beginning of an answer."""
    try:
        came, _ = heard(KEPT.get(name, b"")[:place], *pieces)
    except (BrokenAnswerError, ConnectionLostError):
        return
    assert 100 <= came.status <= 999
    assert len(came.body) <= 1200


def test_after_a_request_that_has_not_left_whole_none_may_follow() -> None:
    assert heard(KEPT["a length"], left=1) == (heard(KEPT["a length"])[0], False)


def test_what_follows_a_body_has_an_end() -> None:
    answer = b"HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: "
    came, is_kept = heard(answer, *[b"x" * 1000] * (MOST // 1000), lost=False)
    assert (came.status, is_kept) == (503, False)


@pytest.mark.parametrize("endless", [b"X-More: and more\r\n", b"HTTP/1.1 100 Go\r\n\r\n"])
def test_what_comes_before_a_body_has_an_end(endless: bytes) -> None:
    pieces = [endless * 100] * (MOST_HEAD // len(endless * 100) + 1)
    start = b"" if endless.startswith(b"HTTP") else b"HTTP/1.1 200 OK\r\n"
    with pytest.raises(BrokenAnswerError, match="64,000"):
        heard(start, *pieces, lost=False)


def test_what_nobody_asked_for_ends_a_connection_that_is_kept() -> None:
    async def ask() -> tuple[bool, bool, bool]:
        exchange, wire = Exchange(MOST_READ), Wire()
        exchange.connection_made(wire)
        asking = asyncio.create_task(exchange.ask(b"?"))
        await asyncio.sleep(0)
        exchange.data_received(KEPT["a length"])
        await asking
        was_kept = exchange.is_kept
        exchange.data_received(KEPT["a length"])
        return was_kept, exchange.is_kept, wire.is_ended

    assert asyncio.run(ask()) == (True, False, True)


# ---- over a real connection ------------------------------------------------------------------------------------------


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
                connection.sendall(KEPT["a length"])
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
        writer.write(KEPT["a length"])
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
                writer.write(KEPT["a length"])
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


# ---- the request -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "host", "port", "target", "authority"),
    [
        ("https://hooks.example.com/a/b?c=d#e", "hooks.example.com", 443, "/a/b?c=d", "hooks.example.com"),
        ("http://hooks.example.com:8080", "hooks.example.com", 8080, "/", "hooks.example.com:8080"),
        ("https://bücher.example/ü?q=a b", "xn--bcher-kva.example", 443, "/%C3%BC?q=a%20b", "xn--bcher-kva.example"),
        ("https://[2001:db8::1]:8443/x", "2001:db8::1", 8443, "/x", "[2001:db8::1]:8443"),
    ],
)
def test_an_address_says_where_to_go_and_what_to_ask_for(
    url: str, host: str, port: int, target: str, authority: str
) -> None:
    place = Place.of(url)
    assert (place.host, place.port, place.target) == (host, port, target)
    assert place.lines["host"] == f"Host: {authority}"
    assert place.is_encrypted == url.startswith("https")


def test_who_logs_in_by_the_address_does_so_in_a_header() -> None:
    place = Place.of("https://acme:p%40ss@example.com/")
    assert place.lines["host"] == "Host: example.com"
    assert place.lines["authorization"] == "Authorization: Basic YWNtZTpwQHNz"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "ftp://example.com/",
        "https:///x",
        "http://h:1x",
        "//h/x",
        "http://h:0/",
        "http://h:65536/",
        "http://h:" + 30 * "9",
        "http://h/\ud800",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidAddressError):
        Place.of(url)
    http = Http(url, deadline=1, reach=ALSO_PRIVATE, redact=str)
    answer = asyncio.run(http.get())
    assert isinstance(answer, Refused)
    assert answer.reason == "invalid_address"


def test_of_two_headers_of_one_name_the_senders_own_counts() -> None:
    place = Place.of("https://acme:secret@example.com/")
    request = written("POST", place, {"user-agent": "mine", "authorization": "Bearer t"}, b"").decode()
    assert [line for line in request.split("\r\n") if line.lower().startswith(("user-agent", "authorization"))] == [
        "user-agent: mine",
        "authorization: Bearer t",
    ]


@pytest.mark.parametrize("name", ["", "X: y", "Content-Length ", "ü"])
def test_a_name_of_a_header_is_one_word(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        written("POST", Place.of("https://example.com/"), {name: "x"}, b"")


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "\x00"])
def test_a_header_is_one_line(value: str) -> None:
    place = Place.of("https://example.com/")
    for headers in ({"X": value}, {value: "x"}):
        with pytest.raises(ValueError, match="header"):
            written("POST", place, headers, b"")


def test_how_long_a_request_is_and_where_it_goes_is_said_once_and_by_us() -> None:
    place = Place.of("https://example.com/")
    request = written("POST", place, {"content-length": "9", "HOST": "elsewhere", "Connection": "close"}, b"abc")
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert [line for line in lines if line.lower().startswith(("host", "content-length", "connection"))] == [
        "Host: example.com",
        "Content-Length: 3",
    ]
    assert request.endswith(b"\r\n\r\nabc")
