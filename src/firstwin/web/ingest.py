"""Takes messages over HTTP: the Segment spec's API, and PostHog's."""

from __future__ import annotations

import base64
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from firstwin.bell import Bell, Task
from firstwin.facts import posthog
from firstwin.facts.posted import Posted, posted
from firstwin.facts.spoilt import read_batch
from firstwin.web.around import RETRY_AFTER_S
from firstwin.web.body import read_body, unpacked
from firstwin.web.gate import Gate
from firstwin.web.intake import Unavailable, Writer

LARGEST_BATCH: Final = 500_000  # bytes, unpacked, as Segment has it
MOST_MESSAGES: Final = 2_500  # of one request
MOST_REPEATED: Final = 5_000_000  # bytes that the context of a batch may come to in all its messages
TOLD: Final = 100  # refusals in one answer
RING_EVERY_S: Final = 1.0
KINDS: Final = ("track", "identify", "group", "alias", "page", "screen")

Endpoint = Callable[[Request], Awaitable[Response]]
Numbered = Iterator[tuple[int, object]]


@dataclass(frozen=True)
class Brought:
    """What a request says: its messages by their place in it, and when its sender's clock says that it was sent."""

    documents: list[tuple[int, object]]
    sent_at: object
    said_key: object


Reader = Callable[[object], Awaitable[Brought]]


class Ingest:
    """The endpoints. ``group_type`` tells which of PostHog's groups is an account."""

    def __init__(
        self, gate: Gate, writer: Writer, bell: Bell, group_type: Callable[[], str], patience_s: float
    ) -> None:
        self._gate = gate
        self._writer = writer
        self._bell = bell
        self._group_type = group_type
        self._patience_s = patience_s
        self._rung = 0.0

    def endpoints(self) -> dict[str, Endpoint]:
        """What answers a POST, by path."""
        posthog_batch = self._endpoint("posthog", self._posthog)
        return {
            "/v1/batch": self._endpoint("batch", _batch),
            **{f"/v1/{kind}": self._endpoint(kind, _single(kind)) for kind in KINDS},
            "/batch/": posthog_batch,
            "/batch": posthog_batch,
        }

    def _endpoint(self, name: str, reader: Reader) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            return await self._answered(request, reader)

        endpoint.__name__ = name
        return endpoint

    # ---- one request ----

    async def _answered(self, request: Request, reader: Reader) -> Response:
        try:
            return await self._take(request, reader)
        except Unavailable:
            return _unavailable()

    async def _take(self, request: Request, reader: Reader) -> Response:
        received_at = self._gate.now()
        source = await self._known(_basic(request))
        body = await read_body(request, most=LARGEST_BATCH, within_s=self._patience_s)
        body = unpacked(body, request.headers.get("content-encoding", ""), most=LARGEST_BATCH)
        brought = await reader(_json(body))
        source = source or await self._known(brought.said_key)
        if source is None:
            raise _unauthorized("No write key was sent: it goes into HTTP Basic as the user, or into the body.")
        self._slow_down(source, len(brought.documents))
        found = posted(brought.documents, body, received_at=received_at, sent_at=brought.sent_at)
        stored = await self._writer.store(source, found)
        request.scope["about"] = {"source": source, "messages": len(stored.messages), "rejected": len(stored.unfit)}
        return self._answer(request, stored)

    async def _known(self, key: object) -> str | None:
        """Raises 401 for a key that is none; None where none was said."""
        if not isinstance(key, str) or not key:
            return None
        source = await self._gate.source(key)
        if source is None:
            raise _unauthorized("This write key is not known.")
        return source

    def _slow_down(self, source: str, messages: int) -> None:
        wait = self._gate.wait_s(source, max(1, messages))
        if wait:
            raise HTTPException(
                429, "That is more than this source may send at a time.", headers={"Retry-After": str(wait)}
            )

    def _answer(self, request: Request, stored: Posted) -> Response:
        """In the words of Segment's API. What was refused is told where the sender may see it."""
        if not stored.unfit:
            request.scope["about"]["taken"] = True
            return _json_response(200, {"success": True}, BackgroundTask(self._ring))
        told = [_told(*one) for one in stored.unfit[:TOLD]]
        if not stored.messages:
            why = stored.unfit[0].reason
            said = {
                "success": False,
                "code": "invalid",
                "message": f"The message can't be taken: {why}.",
                "rejected": told,
            }
            return _json_response(400, said)
        return _json_response(200, {"success": True, "rejected": told}, BackgroundTask(self._ring))

    async def _ring(self) -> None:
        """After the answer, and not for each of thousands: workers look by themselves, too."""
        if time.monotonic() - self._rung > RING_EVERY_S:
            self._rung = time.monotonic()
            self._bell.ring(Task.TICK)

    async def _posthog(self, document: object) -> Brought:
        brought = await _batch(document)
        group_type = await run_in_threadpool(self._group_type)  # which may read changed files
        documents = [
            (place, said) for place, event in brought.documents for said in posthog.messages(event, group_type)
        ]
        more = document if isinstance(document, dict) else {}
        return Brought(documents, more.get("sent_at") or more.get("sentAt"), more.get("api_key") or more.get("token"))


# ---- what was sent --------------------------------------------------------------------------------------------------


def _basic(request: Request) -> str | None:
    """The user of HTTP Basic (RFC 7617), which is where the write key stands."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode().partition(":")[0]
    except ValueError:  # neither base64 nor a text
        raise _unauthorized("The Authorization header can't be read.") from None


def _json(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if (found := read_batch(body)) is not None:
            return found
        raise HTTPException(400, f"This is not JSON: {error}.") from None


async def _batch(document: object) -> Brought:
    if not isinstance(document, dict) or not isinstance(document.get("batch"), list):
        raise HTTPException(400, 'This is not a batch: {"batch": [message, …]}.')
    messages = document["batch"]
    if len(messages) > MOST_MESSAGES:
        raise HTTPException(400, f"These are more than {MOST_MESSAGES:,} messages.")
    context = document.get("context")
    if isinstance(context, dict) and context:
        _must_be_repeatable(context, len(messages))
        messages = [_in_context(message, context) for message in messages]
    return Brought(list(enumerate(messages)), document.get("sentAt"), document.get("writeKey"))


def _must_be_repeatable(context: Mapping[str, Any], messages: int) -> None:
    """It is said once, and counts in each message: a small request must not become a huge one."""
    try:
        size = len(orjson.dumps(context))
    except orjson.JSONEncodeError:
        raise HTTPException(400, "The context of the batch is nested too deep.") from None
    if size * messages > MOST_REPEATED:
        raise HTTPException(
            413, f"With the context of the batch in each message it is larger than {MOST_REPEATED // 1000:,} kB."
        )


def _in_context(message: object, context: Mapping[str, Any]) -> object:
    """What a batch says of all its messages, each may say otherwise."""
    if not isinstance(message, dict):
        return message
    own = message.get("context")
    return {**message, "context": {**context, **own} if isinstance(own, dict) else context}


def _single(kind: str) -> Reader:
    async def reader(document: object) -> Brought:
        if not isinstance(document, dict):
            raise HTTPException(400, "This is not a message: a JSON object.")
        return Brought([(0, {**document, "type": kind})], document.get("sentAt"), document.get("writeKey"))

    return reader


# ---- what is answered -----------------------------------------------------------------------------------------------


def _told(place: int, message_id: str | None, reason: str) -> dict[str, Any]:
    return {"index": place if place >= 0 else None, "messageId": message_id, "reason": reason}


def _unauthorized(why: str) -> HTTPException:
    return HTTPException(401, why, headers={"WWW-Authenticate": 'Basic realm="write key"'})


def _unavailable() -> Response:
    said = {"success": False, "code": "unavailable", "message": "Nothing was stored. Send it again in a few seconds."}
    return _json_response(503, said, headers={"Retry-After": str(RETRY_AFTER_S)})


def _json_response(
    status: int,
    said: Mapping[str, Any],
    background: BackgroundTask | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    return Response(orjson.dumps(said), status, headers, "application/json", background)
