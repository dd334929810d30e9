"""The whole site: every route, and what stands around them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from firstwin.app import App
from firstwin.web.around import Around
from firstwin.web.gate import Gate
from firstwin.web.ingest import Ingest
from firstwin.web.intake import Writer

CODES = {400: "invalid", 401: "unauthorized", 404: "not_found", 405: "not_allowed", 408: "too_slow", 413: "too_large",
         415: "unknown_encoding", 429: "too_many"}  # fmt: skip


def site(app: App) -> ASGIApp:
    """Everything that ``firstwin web`` answers. Raises ProjectError where the project's files can't be used."""
    app.project()
    gate, writer = Gate(app.engine, app.settings.ingest_rate), Writer(app.engine, lambda: app.project().zone)
    ingest = Ingest(gate, writer, app.bell, lambda: app.project().posthog_group)

    @asynccontextmanager
    async def lifespan(_router: object) -> AsyncIterator[None]:
        writer.start()
        fresh = asyncio.create_task(gate.keep_fresh())
        yield
        fresh.cancel()
        with suppress(asyncio.CancelledError):
            await fresh
        writer.stop()

    routes = [Route("/healthz", healthy), *ingest.routes()]
    router = Router(routes, redirect_slashes=False, lifespan=lifespan)
    return Around(
        ExceptionMiddleware(router, {HTTPException: _refused}), https=app.settings.public_url.startswith("https:")
    )


async def healthy(_request: Request) -> Response:
    """That the process answers. It asks no database: a restart would not bring that back."""
    return JSONResponse({"success": True})


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for this alone
    code = CODES.get(error.status_code, "refused")
    said = {"success": False, "code": code, "message": error.detail}
    return JSONResponse(said, error.status_code, headers=error.headers)
