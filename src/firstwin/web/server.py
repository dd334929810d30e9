"""Serves the site over HTTP, from a thread of its own, until it is told to stop."""

from __future__ import annotations

import asyncio
import socket
import threading

import uvicorn
from starlette.types import ASGIApp

from firstwin.web.protocol import Protocol

KEEP_ALIVE_S = 30
LAST_ANSWERS_S = 10
WAITING = 2048  # connections that nobody has taken yet


class PortError(Exception):
    """The address cannot be listened on."""


class Server:
    """The port is taken as soon as it is made. Raises PortError where it can't be. A port of 0 is a free one.

    With ``shares`` other processes of the same user may listen on it too, and the kernel hands connections to each in turn.
    """

    def __init__(
        self, site: ASGIApp, host: str, port: int, protocol: type[Protocol] = Protocol, *, shares: bool = False
    ) -> None:
        self._socket = _listen(host, port, shares=shares)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        config = uvicorn.Config(
            site,
            http=protocol,
            log_config=None,
            access_log=False,  # ours holds neither tokens nor addresses
            server_header=False,
            proxy_headers=False,
            ws="none",
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=LAST_ANSWERS_S,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Answers whoever is waiting, and ends."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=self._server.config.get_loop_factory()) as runner:
            runner.run(self._server.serve([self._socket]))


def must_be_free(host: str, port: int) -> None:
    """Raises PortError where anybody listens there already, whom a port that is shared would only join."""
    _listen(host, port, shares=False).close()


def _listen(host: str, port: int, *, shares: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shares:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise PortError(
            f"Port {port} of {host} can't be used ({error.strerror}): set FIRSTWIN_WEB_PORT to another."
        ) from error
    listening.listen(WAITING)
    return listening
