"""What stands around every answer: headers that keep browsers from mischief, a line in the log, and no stack trace outside."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from firstwin.telemetry import Log, failed, log

RETRY_AFTER_S: Final = 5
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


class Around:
    """Wraps the site. With ``https`` browsers are told to come by https only from now on."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        headers = {**HEADERS, "Strict-Transport-Security": "max-age=31536000"} if https else HEADERS
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, answer = time.perf_counter(), _Answer(send, self._headers)
        try:
            await self._app(scope, receive, answer.send)
        except Exception as error:  # noqa: BLE001 - whatever happened, whoever asked gets an answer that tells nothing of the inside
            await self._sorry(error, scope, receive, answer)
        ms = round((time.perf_counter() - began) * 1000)
        # Never the path itself: it may hold a token.
        about = scope.get("about") or {}
        event = Log.WEB_TAKEN if about.pop("taken", False) else Log.WEB_ANSWERED
        log(event, route=_route(scope), method=scope["method"], status=answer.status, ms=ms, **about)

    async def _sorry(self, error: Exception, scope: Scope, receive: Receive, answer: _Answer) -> None:
        away = isinstance(error, (DBAPIError, PoolTimeoutError))
        failed(Log.WEB_FAILED, error, route=_route(scope))
        if answer.status is None:
            await _unavailable(away)(scope, receive, answer.send)


def _unavailable(away: bool) -> JSONResponse:
    if away:
        said = {
            "success": False,
            "code": "unavailable",
            "message": "The database can't be reached. Send it again in a few seconds.",
        }
        return JSONResponse(said, 503, headers={"Retry-After": str(RETRY_AFTER_S)})
    return JSONResponse(
        {"success": False, "code": "failed", "message": "Something went wrong here; it is in the log."}, 500
    )


def _route(scope: Scope) -> str:
    endpoint = scope.get("endpoint")
    return getattr(endpoint, "__name__", "none") if endpoint else "none"


class _Answer:
    """The answer on its way out."""

    def __init__(self, send: Send, headers: Sequence[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = {name for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(header for header in self._headers if header[0] not in own)]
        await self._send(message)
