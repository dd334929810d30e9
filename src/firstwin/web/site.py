"""The whole site: every route, and what stands around them."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from firstwin.app import App
from firstwin.web.around import Around
from firstwin.web.hooks.routes import routes as hooks


def site(app: App) -> ASGIApp:
    """Everything that ``firstwin web`` answers."""
    routes = [Route("/healthz", healthy), *hooks(app)]
    starlette = Starlette(routes=routes, exception_handlers={HTTPException: _refused})
    return Around(starlette, https=app.settings.public_url.startswith("https:"))


async def healthy(_request: Request) -> Response:
    """That the process answers. It asks no database: a restart would not bring that back."""
    return JSONResponse({"success": True})


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for this alone
    return JSONResponse({"success": False, "message": error.detail}, error.status_code, headers=error.headers)
