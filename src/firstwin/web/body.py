"""Reads what somebody sends, up to a size and for so long."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request


async def read_body(request: Request, *, most: int, within_s: float) -> bytes:
    """The whole body. Raises HTTPException: 413 beyond ``most`` bytes, 408 if it takes longer than ``within_s``."""
    read = bytearray()
    try:
        async with asyncio.timeout(within_s):
            async for chunk in request.stream():
                read += chunk
                if len(read) > most:
                    raise HTTPException(413, f"More than {most} bytes are not taken.")
    except TimeoutError:
        raise HTTPException(408, f"It did not arrive within {within_s:g} s.") from None
    except ClientDisconnect:
        raise HTTPException(400, "It did not arrive whole.") from None
    return bytes(read)
