"""What an HTTP server may do to a request, good and bad."""

from __future__ import annotations

import asyncio
import functools
import gzip
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from tests.senders.serving import Behaviour, for_ever, reset


@dataclass(frozen=True)
class Request:
    line: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Answering:
    """Answers every request the same way, and keeps what came."""

    status: int = 200
    body: bytes = b"ok"
    headers: Mapping[str, str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while True:
            self.requests.append(await read_request(reader))
            writer.write(head(self.status, {"Content-Length": str(len(self.body)), **self.headers}) + self.body)
            await writer.drain()


async def read_request(reader: asyncio.StreamReader) -> Request:
    line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (text.partition(":") for text in lines)}
    return Request(line, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


def head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Because", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def after_reading(then: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> Behaviour:
    @functools.wraps(then)
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        await then(writer)

    return behave


def saying(content: bytes) -> Behaviour:
    """Reads the request, sends these bytes, and closes."""

    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(content)
        await writer.drain()

    return after_reading(say)


async def reset_before_reading(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reset(writer)


@after_reading
async def reset_after_reading(writer: asyncio.StreamWriter) -> None:
    reset(writer)


@after_reading
async def close_after_reading(_writer: asyncio.StreamWriter) -> None:
    pass


@after_reading
async def freeze_after_reading(_writer: asyncio.StreamWriter) -> None:
    await for_ever()


async def freeze_before_reading(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await for_ever()


@after_reading
async def drip_the_head(writer: asyncio.StreamWriter) -> None:
    """A byte now and then: each read is quick, the whole never ends."""
    await _drip(writer, head(200, {"X-Long": "x" * 10_000}))


@after_reading
async def drip_the_body(writer: asyncio.StreamWriter) -> None:
    writer.write(head(200, {"Content-Length": "1000000"}))
    await _drip(writer, b"x" * 1_000_000)


async def _drip(writer: asyncio.StreamWriter, content: bytes) -> None:
    for byte in content:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.01)  # the server's slowness is what is tested


@after_reading
async def cut_the_body(writer: asyncio.StreamWriter) -> None:
    writer.write(head(200, {"Content-Length": "1000"}) + b"only this")
    await writer.drain()


OVERSIZED = saying(head(200, {"Content-Length": "50000000"}) + b"x" * 500_000)
_BOMB = gzip.compress(b"\0" * 20_000_000)
BOMB = saying(head(200, {"Content-Encoding": "gzip", "Content-Length": str(len(_BOMB))}) + _BOMB)
GARBAGE = saying(b"220 smtp.example.com ESMTP ready\r\n")
HUGE_HEADERS = saying(head(200, {"X-Long": "x" * 200_000}))
ONLY_CONTINUE = saying(b"HTTP/1.1 100 Continue\r\n\r\n")
