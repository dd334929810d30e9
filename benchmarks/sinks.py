"""Where the messages of the benchmark of delivering go: a web server and a mail server, each in a process of its own.

    python -m benchmarks.sinks web 0.05 | mail

The web server answers 200 after so many seconds; each prints its port.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web
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


async def _web(seconds: float) -> None:
    async def take(request: web.Request) -> web.Response:
        await request.read()
        if seconds:
            await asyncio.sleep(seconds)
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


class _TakesAll:
    async def handle_DATA(self, _server: SMTP, _session: object, _envelope: object) -> str:  # noqa: N802 - aiosmtpd's name
        return "250 OK"


async def _mail() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(_TakesAll(), hostname="sink"), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_web(float(sys.argv[2])) if sys.argv[1] == "web" else _mail())
