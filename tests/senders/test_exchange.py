"""What a connection makes of whatever comes over it: in any pieces, in any order, and of any bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.senders.exchange import MOST, MOST_HEAD, BrokenAnswerError, Came, ConnectionLostError, Exchange
from firstwin.senders.http import MOST_READ

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
