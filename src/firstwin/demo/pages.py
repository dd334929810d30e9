"""The pages that the links in the demo's mails lead to, on a port of this machine that is free."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from firstwin.app import App
from firstwin.web.server import Server
from firstwin.web.site import site

HERE = "127.0.0.1"


class Pages:
    """Has its address as soon as it is made, since the program's settings name it; ``of`` a program it answers."""

    def __init__(self) -> None:
        self._site: ASGIApp | None = None
        self._server = Server(self, HERE, 0)
        self.url = self._server.url

    @contextmanager
    def of(self, app: App) -> Iterator[None]:
        self._site = site(app)
        self._server.start()
        try:
            yield
        finally:
            self.close()

    def close(self) -> None:
        self._server.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._site is not None  # noqa: S101 - nobody is answered before there is one
        await self._site(scope, receive, send)
