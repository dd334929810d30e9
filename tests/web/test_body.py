"""What is read of a request, and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from firstwin.web.body import read_body


def read(messages: Iterable[Message], *, most: int = 10, within_s: float = 5) -> bytes:
    """``messages`` come one after the other; then nothing more does."""
    waiting = iter(messages)

    async def receive() -> Message:
        found = next(waiting, None)
        if found is None:
            await asyncio.Event().wait()
            raise AssertionError
        return found

    async def run() -> bytes:
        return await read_body(Request({"type": "http", "headers": []}, receive), most=most, within_s=within_s)

    return asyncio.run(run())


def chunk(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def test_chunks_are_put_together() -> None:
    assert read([chunk(b"hello"), chunk(b""), chunk(b"12345", more=False)]) == b"hello12345"


def test_one_byte_too_many_ends_the_reading_at_once() -> None:
    with pytest.raises(HTTPException) as refused:
        read([chunk(b"0123456789"), chunk(b"x"), *[chunk(b"never read")] * 3])
    assert refused.value.status_code == 413


def test_what_does_not_come_to_an_end_is_cut() -> None:
    with pytest.raises(HTTPException) as refused:
        read([chunk(b"a")], within_s=0.01)
    assert refused.value.status_code == 408


def test_a_sender_that_leaves_is_no_fault_of_ours() -> None:
    with pytest.raises(HTTPException) as refused:
        read([chunk(b"a"), {"type": "http.disconnect"}])
    assert refused.value.status_code == 400
