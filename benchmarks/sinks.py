"""Where the messages of the benchmark of delivering go: a web server and a mail server, each in a process of its own.

    python -m benchmarks.sinks web 0.05 | mail

The web server answers 200 after so many seconds; each prints its port.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import httptools
from aiosmtpd.smtp import SMTP


@contextmanager
def sink(kind: str, seconds: float = 0) -> Iterator[tuple[int, int]]:
    """Its port, and the id of its process."""
    command = [sys.executable, "-m", "benchmarks.sinks", kind, str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int((process.stdout or sys.stdin).readline()), process.pid
        finally:
            process.terminate()


class _Answers200(asyncio.Protocol):
    """A server that reads each request whole and does nothing else: it shares two cores with those that are measured."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._request = httptools.HttpRequestParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._request.feed_data(data)

    def on_message_complete(self) -> None:
        """Called by the parser: a whole request is there."""
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        if self._seconds:
            asyncio.get_running_loop().call_later(self._seconds, self._transport.write, answer)
        else:
            self._transport.write(answer)


async def _web(seconds: float) -> None:
    await _serve(lambda: _Answers200(seconds))


class _TakesAll:
    async def handle_DATA(self, _server: SMTP, _session: object, _envelope: object) -> str:  # noqa: N802 - aiosmtpd's name
        return "250 OK"


async def _mail() -> None:
    await _serve(lambda: SMTP(_TakesAll(), hostname="sink"))


async def _serve(protocol: Callable[[], asyncio.BaseProtocol]) -> None:
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_web(float(sys.argv[2])) if sys.argv[1] == "web" else _mail())
