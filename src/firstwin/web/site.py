"""The whole site: every route, and what stands around them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from firstwin.app import App
from firstwin.web import leaving
from firstwin.web.around import Around
from firstwin.web.gate import Gate
from firstwin.web.hooks.routes import routes as hooks
from firstwin.web.ingest import Endpoint, Ingest
from firstwin.web.intake import Writer
from firstwin.web.openapi import openapi

CODES = {400: "invalid", 401: "unauthorized", 404: "not_found", 405: "not_allowed", 408: "too_slow", 413: "too_large",
         415: "unknown_encoding", 429: "too_many"}  # fmt: skip

PATIENCE_S = 10.0


def site(app: App, *, patience_s: float = PATIENCE_S) -> ASGIApp:
    """Everything that ``firstwin web`` answers; a body must come within ``patience_s``, and be stored within the same again.

    Raises ProjectError where the project's files can't be used.
    """
    app.project()
    gate = Gate(app.engine, app.settings.ingest_rate, patience_s)
    writer = Writer(app.engine, lambda: app.project().zone, patience_s)
    posts = Ingest(gate, writer, app.bell, lambda: app.project().posthog_group, patience_s).endpoints()
    router = Router(_routes(app, posts, patience_s), redirect_slashes=False, lifespan=_open(gate, writer))
    whole = Posts(posts, ExceptionMiddleware(router, {HTTPException: _refused}))
    return Around(whole, https=app.settings.public_url.startswith("https:"))


def _routes(app: App, posts: Mapping[str, Endpoint], patience_s: float) -> list[Route]:
    return [
        Route("/healthz", healthy),
        Route("/openapi.json", described),
        *(Route(path, post, methods=["POST"]) for path, post in posts.items()),
        *leaving.routes(app),
        *hooks(app, within_s=patience_s),
    ]


def _open(gate: Gate, writer: Writer) -> Callable[[object], AbstractAsyncContextManager[None]]:
    """What works beside the requests, from the first to the last."""

    @asynccontextmanager
    async def lifespan(_router: object) -> AsyncIterator[None]:
        writer.start()
        fresh = asyncio.create_task(gate.keep_fresh())
        yield
        fresh.cancel()
        with suppress(asyncio.CancelledError):
            await fresh
        writer.stop()

    return lifespan


class Posts:
    """Goes straight to what takes messages, thousands a second: Starlette's own way there is a quarter of what one takes."""

    def __init__(self, endpoints: Mapping[str, Endpoint], otherwise: ASGIApp) -> None:
        self._endpoints = endpoints
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self._endpoints.get(scope.get("path", "")) if scope.get("method") == "POST" else None
        if endpoint is None:
            scope["app"] = self  # so that what is found nowhere is refused like everything else
            await self._otherwise(scope, receive, send)
            return
        scope["endpoint"] = endpoint
        request = Request(scope, receive)
        try:
            answer = await endpoint(request)
        except HTTPException as error:
            answer = await _refused(request, error)
        await answer(scope, receive, send)


async def healthy(_request: Request) -> Response:
    """That the process answers. It asks no database: a restart would not bring that back."""
    return JSONResponse({"success": True})


async def described(_request: Request) -> Response:
    return JSONResponse(openapi())


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for this alone
    code = CODES.get(error.status_code, "refused")
    said = {"success": False, "code": code, "message": error.detail}
    return JSONResponse(said, error.status_code, headers=error.headers)
