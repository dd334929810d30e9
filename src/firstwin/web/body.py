"""Reads what was posted: so much and no more, within a time, and counted again while it is unpacked."""

from __future__ import annotations

import asyncio
import zlib
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

GZIP: Final = 16 + zlib.MAX_WBITS
MEMBERS: Final = 16  # one is usual; each costs a copy of the rest


async def read_body(request: Request, *, most: int, within_s: float) -> bytes:
    """The body as it came. Raises HTTPException: 413 where it is larger than ``most`` bytes, 408 where it takes too long."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise too_large(most)
    try:
        async with asyncio.timeout(within_s):
            return await _all(request, most)
    except TimeoutError:
        why = f"The body did not come within {within_s:.0f} seconds."
        raise HTTPException(408, why, headers={"Connection": "close"}) from None  # the rest may never come
    except ClientDisconnect:
        raise HTTPException(400, "The connection ended before the body did.") from None


async def _all(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise too_large(most)
    return bytes(body)


def unpacked(body: bytes, encoding: str, *, most: int) -> bytes:
    """The body without its Content-Encoding. Raises HTTPException: 413 as soon as it grows too large, 400 and 415."""
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return _gunzipped(body, most)
        case other:
            raise HTTPException(415, f"The encoding {other[:20]!r} is not known: send gzip, or none.")


def _gunzipped(body: bytes, most: int) -> bytes:
    """Its members one after the other (RFC 1952 §2.2)."""
    found = bytearray()
    try:
        for _ in range(MEMBERS):
            if not body:
                return bytes(found)
            member = zlib.decompressobj(GZIP)
            found += member.decompress(body, most - len(found) + 1)
            if len(found) > most:
                raise too_large(most)
            if not member.eof:
                raise HTTPException(400, "The gzip ends too early.")
            body = member.unused_data
    except zlib.error:
        raise HTTPException(400, "It is said to be gzip, and is not.") from None
    raise HTTPException(400, "The gzip has too many parts.")


def too_large(most: int) -> HTTPException:
    return HTTPException(413, f"It is larger than {most // 1000} kB.")
