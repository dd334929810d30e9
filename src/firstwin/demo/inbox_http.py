"""The local inbox over HTTP: takes alerts and webhooks, and serves the page that shows everything."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from firstwin.demo.inbox_alert import from_card, from_slack, from_webhook
from firstwin.demo.inbox_message import Received, Shelf, preview

BIGGEST = 2_000_000  # bytes of a post
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A mail runs nothing, loads nothing, and cannot reach the page around it; its links open in a tab of their own.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self';"
    " sandbox allow-popups allow-popups-to-escape-sandbox"
)
HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
LINKS_OPEN_OUTSIDE = '<base target="_blank">'


def inbox_app(shelf: Shelf) -> Starlette:
    """Anything posted must say that it is JSON, so that no other page in the same browser can post by a form."""
    posts = _posts(shelf)
    return Starlette(
        routes=[
            Route("/", _file("inbox.html", "text/html")),
            Route("/inbox.css", _file("inbox.css", "text/css")),
            Route("/inbox.js", _file("inbox.js", "text/javascript")),
            Route("/messages.json", _messages(shelf)),
            Route("/mail/{id:int}", _mail(shelf)),
            *(Route(path, post, methods=["POST"]) for path, post in posts.items()),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


Endpoint = Callable[[Request], Awaitable[Response]]


def _posts(shelf: Shelf) -> dict[str, Endpoint]:
    async def message(request: Request) -> Response:
        try:
            return _shelve(shelf, _from_sender(await _json(request)))
        except (TypeError, ValueError):
            raise HTTPException(400, "This is not a message that the inbox knows.") from None

    async def slack(request: Request) -> Response:
        posted = await _json(request)
        if not isinstance(posted, dict):
            raise HTTPException(400, "This is not a message in Slack's form.")
        return _shelve(shelf, from_slack(posted, channel=request.path_params.get("channel", "")))

    async def webhook(request: Request) -> Response:
        name = request.path_params.get("name", "")
        return _shelve(shelf, from_webhook(await _json(request), request.headers, name=name))

    return {
        "/messages": message,
        "/slack": slack,
        "/slack/{channel:path}": slack,
        "/webhook": webhook,
        "/webhook/{name:path}": webhook,
    }


async def _json(request: Request) -> Any:  # noqa: ANN401 - any JSON
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise HTTPException(415, "Post JSON, with Content-Type: application/json.")
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > BIGGEST:
            raise HTTPException(413, "This is more than the inbox takes.")
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as wrong:
        raise HTTPException(400, f"This is not JSON: {wrong}") from None


def _from_sender(posted: Any) -> Received:  # noqa: ANN401 - as posted
    """What the ``inbox`` sender posts. Raises TypeError or ValueError for anything else."""
    match posted:
        case {"kind": "alert", "message": dict(card)}:
            return from_card(card)
        case {"kind": "webhook", "message": {"key": key, "type": kind, "data": data}}:
            return from_webhook({"type": kind, "data": data}, {"webhook-id": key})
        case {"kind": "mail", "message": {"subject": str(title), "html": str(html), "text": str(text), **more}}:
            key, sender, to = (str(more.get(name, "")) for name in ("key", "sender", "to"))
            return Received("mail", title, key=key, sender=sender, to=to, preview=preview(text), text=text, html=html)
        case _:
            raise ValueError("neither an alert nor a webhook nor a mail")


def _shelve(shelf: Shelf, message: Received) -> Response:
    shelf.put(message)
    return PlainTextResponse("ok")


def _messages(shelf: Shelf) -> Endpoint:
    async def messages(request: Request) -> Response:
        last = request.query_params.get("after", "0")
        found = shelf.after(int(last) if last.isdecimal() else 0)
        data = {"now": shelf.clock(), "messages": [message.as_data() for message in found]}
        return Response(orjson.dumps(data), media_type="application/json", headers=_headers(PAGE_POLICY))

    return messages


def _mail(shelf: Shelf) -> Endpoint:
    async def mail(request: Request) -> Response:
        found = shelf.find(request.path_params["id"])
        if found is None or found.kind != "mail":
            raise HTTPException(404, "There is no such mail.")
        html = HEAD.sub(lambda head: head.group() + LINKS_OPEN_OUTSIDE, found.html, count=1)
        return Response(html.encode(errors="replace"), media_type="text/html", headers=_headers(MAIL_POLICY))

    return mail


def _file(name: str, media_type: str) -> Endpoint:
    content = (files("firstwin.demo") / name).read_bytes()

    async def serve(_request: Request) -> Response:
        return Response(content, media_type=media_type, headers=_headers(PAGE_POLICY))

    return serve


def _headers(policy: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
