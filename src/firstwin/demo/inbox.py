"""A mail server and a receiver of alerts on this machine, with a page that shows what came."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import uvicorn
from aiosmtpd.smtp import SMTP

from firstwin.demo.inbox_http import inbox_app
from firstwin.demo.inbox_mail import from_smtp
from firstwin.demo.inbox_message import Received, Shelf

HERE = "127.0.0.1"


class Inbox:
    """Ports are taken as soon as it is made; ``start`` answers from a thread of its own, ``stop`` ends that thread.

    ``clock`` stamps what comes, with the demo's own time. A port of 0 is a free one.
    """

    def __init__(self, clock: Callable[[], datetime], *, http_port: int = 0, smtp_port: int = 0) -> None:
        self._shelf = Shelf(clock)
        self._http, self._smtp = _listen(http_port, smtp_port)
        self.url = f"http://{HERE}:{self._http.getsockname()[1]}"
        self.smtp_port: int = self._smtp.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(
                inbox_app(self._shelf),
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="inbox", daemon=True)

    @property
    def messages(self) -> tuple[Received, ...]:
        """What came, oldest first."""
        return self._shelf.after()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._smtp.close()
        self._http.close()

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        connections: list[SMTP] = []

        def connected() -> SMTP:
            connections.append(SMTP(_Letterbox(self._shelf), hostname="localhost", enable_SMTPUTF8=True, loop=loop))
            return connections[-1]

        mails = await loop.create_server(connected, sock=self._smtp)
        await self._server.serve(sockets=[self._http])
        mails.close()
        for connection in connections:  # a sender may have kept one for its next mail
            if isinstance(connection.transport, asyncio.Transport):
                connection.transport.abort()


class _Letterbox:
    """What aiosmtpd asks for each mail."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: ANN401, N802 - aiosmtpd's
        self._shelf.put(from_smtp(envelope.content))
        return "250 The inbox has it"


def _listen(http_port: int, smtp_port: int) -> tuple[socket.socket, socket.socket]:
    http = socket.create_server((HERE, http_port))
    try:
        return http, socket.create_server((HERE, smtp_port))
    except OSError:
        http.close()
        raise
