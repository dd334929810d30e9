"""`POST /hooks/{provider}`: what the mail providers of firstwin.yaml tell of bounces and complaints."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from firstwin.app import App
from firstwin.db.engine import read, write
from firstwin.outbox.bounces import Once, bind, bound, take
from firstwin.outbox.suppressions import NoSecretError
from firstwin.rules.bounces import Bounces, Mailgun, Postmark, Resend, SendGrid, Ses
from firstwin.web.body import read_body
from firstwin.web.hooks import fetch, mailgun, postmark, resend, sendgrid, ses
from firstwin.web.hooks.contract import Fetch, Heard, Posted, Refused
from firstwin.web.hooks.sns import Certificates

MOST: Final = 256_000  # bytes
WITHIN_S: Final = 10.0


def routes(app: App, fetch: Fetch = fetch.fetch, within_s: float = WITHIN_S) -> list[Route]:
    hooks = _Hooks(app, fetch, within_s)

    async def hook(request: Request) -> Response:
        return await hooks.answer(request)

    return [Route("/hooks/{provider}", hook, methods=["POST"])]


class _Hooks:
    def __init__(self, app: App, fetch: Fetch, within_s: float) -> None:
        self._app = app
        self._within_s = within_s
        self._fetch = fetch
        self._certificates = Certificates(fetch)

    async def answer(self, request: Request) -> Response:
        provider = request.path_params["provider"]
        chosen = await run_in_threadpool(self._chosen, provider)
        if chosen is None:
            raise HTTPException(404, "firstwin.yaml names no such provider under `bounces`.")
        body = await read_body(request, most=MOST, within_s=self._within_s)
        posted = Posted(dict(request.headers), body, datetime.fromtimestamp(time.time(), UTC))
        heard = await self._verified(chosen, posted)
        done = heard if isinstance(heard, Refused) else await self._done(provider, heard)
        request.scope["about"] = {"provider": provider} | _about(done)
        return _answered(done)

    def _chosen(self, provider: str) -> object:
        """The files may have changed since the last request."""
        bounces = self._app.wired().project.bounces
        return getattr(bounces, provider) if provider in Bounces.model_fields else None

    async def _verified(self, chosen: object, posted: Posted) -> Heard | Refused:
        match chosen:
            case Ses():
                return await ses.verify(chosen, posted, self._certificates)
            case SendGrid():
                return sendgrid.verify(chosen, posted)
            case Postmark():
                return postmark.verify(chosen, posted)
            case Mailgun():
                return mailgun.verify(chosen, posted)
            case Resend():
                return resend.verify(chosen, posted)
            case _:
                raise TypeError(type(chosen))

    async def _done(self, provider: str, heard: Heard) -> int | Refused | NoSecretError:
        """How much of it was new."""
        if heard.confirm and heard.once:
            return await self._confirmed(provider, heard.confirm, heard.once)
        if not heard.told and not heard.once:
            return 0
        return await run_in_threadpool(self._taken, provider, heard)

    def _taken(self, provider: str, heard: Heard) -> int | Refused | NoSecretError:
        try:
            with write(self._app.engine) as connection:
                if heard.once and not bind(connection, provider, heard.once):
                    return Refused.TOKEN_USED
                return take(connection, self._app.addresses, provider, heard.told)
        except NoSecretError as error:
            return error

    async def _confirmed(self, provider: str, url: str, once: Once) -> int | Refused:
        """Visited once: who cancels the subscription is not subscribed again by a repetition."""
        if await run_in_threadpool(self._was_confirmed, provider, once):
            return 0
        if await self._fetch(url) is None:
            return Refused.NOT_CONFIRMED
        await run_in_threadpool(self._note_confirmed, provider, once)
        return 0

    def _was_confirmed(self, provider: str, once: Once) -> bool:
        with read(self._app.engine) as connection:
            return bound(connection, provider, once)

    def _note_confirmed(self, provider: str, once: Once) -> None:
        with write(self._app.engine) as connection:
            bind(connection, provider, once)


def _about(done: int | Refused | NoSecretError) -> dict[str, object]:
    """For the log."""
    match done:
        case int():
            return {"new": done}
        case Refused():
            return {"refused": done.code}
        case NoSecretError():
            return {"refused": "no_secret"}


def _answered(done: int | Refused | NoSecretError) -> Response:
    match done:
        case int():
            return JSONResponse({"success": True, "new": done})
        case Refused.NOT_LOGGED_IN:
            return _said(
                done.code, done.says, done.status, {"WWW-Authenticate": 'Basic realm="Firstwin", charset="UTF-8"'}
            )
        case Refused():
            return _said(done.code, done.says, done.status)
        case NoSecretError():
            return _said("no_secret", "FIRSTWIN_SECRET is not set, so that no address can be suppressed.", 503)


def _said(code: str, message: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"success": False, "code": code, "message": message}, status, headers)
