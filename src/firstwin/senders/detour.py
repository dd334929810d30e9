"""Leads what a library sends by `requests` through our own way out, and lets it out by no other.

A thread that is inside ``Detour.taken`` can open no socket and start no program (nor a thread, from Python 3.12 on); what it
posts is carried by the sender's own means, which judge each address at the moment of connecting. Other threads notice nothing.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as NotCarried
from urllib3 import HTTPResponse

from firstwin.senders.contract import Refused, Retry, Unknown
from firstwin.senders.status import Reply

Outcome = Reply | Retry | Refused | Unknown
# Set by whoever carries it: a plain answer is asked for, and its length is known there.
OURS: Final = {"accept-encoding", "connection", "content-length", "transfer-encoding", "host", "cookie"}
WAYS_OUT: Final = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "_thread.start")

_here = threading.local()


@dataclass(frozen=True)
class Parcel:
    """One request as the library wants it sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class Detour:
    """For one message. ``carry`` runs in ``loop``, and raises nothing for what the network does."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, carry: Callable[[Parcel], Coroutine[Any, Any, Outcome]]
    ) -> None:
        self._loop = loop
        self._carry = carry
        self._closed = False
        self._on_its_way: Future[Outcome] | None = None
        self.outcomes: list[Outcome] = []
        self.strayed = False

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Whatever the running thread does meanwhile goes this way."""
        _here.detour = self
        try:
            yield
        finally:
            del _here.detour

    def close(self) -> None:
        """Nothing more is carried: nobody waits for the answer."""
        self._closed = True
        if self._on_its_way:
            self._on_its_way.cancel()

    def carried(self, request: PreparedRequest) -> HTTPResponse:
        if self._closed:
            raise NotCarried("The time for this message is over.")
        self._on_its_way = asyncio.run_coroutine_threadsafe(self._carry(_parcel(request)), self._loop)
        outcome = self._on_its_way.result()
        self.outcomes.append(outcome)
        if not isinstance(outcome, Reply):
            raise NotCarried(outcome.reason)
        return _as_read(outcome)


def _parcel(request: PreparedRequest) -> Parcel:
    body = request.body or b""
    if not isinstance(body, str | bytes):
        raise NotCarried("A body that is read while it is sent can't be carried.")
    headers = {
        name: value.decode("latin-1") if isinstance(value, bytes) else value
        for name, value in request.headers.items()
        if name.lower() not in OURS
    }
    return Parcel(request.method or "GET", request.url or "", headers, body.encode() if isinstance(body, str) else body)


def _as_read(reply: Reply) -> HTTPResponse:
    """Without where a redirect leads, which would be followed."""
    headers = {name: value for name, value in reply.headers.items() if name.lower() not in {"location", *OURS}}
    return HTTPResponse(BytesIO(reply.body.encode()), headers, reply.status, preload_content=False)


def _send(adapter: HTTPAdapter, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - theirs
    detour: Detour | None = getattr(_here, "detour", None)
    if detour is None:
        return _sent(adapter, request, *args, **kwargs)
    return adapter.build_response(request, detour.carried(request))


def _stay_inside(event: str, _: tuple[object, ...]) -> None:
    """Python tells of each socket and program before there is one; raising keeps it from being made."""
    if event.startswith(WAYS_OUT) and (detour := getattr(_here, "detour", None)):
        detour.strayed = True
        raise PermissionError("Only what is sent over HTTP may leave here.")


_sent: Final = HTTPAdapter.send
HTTPAdapter.send = _send  # type: ignore[method-assign, assignment]
sys.addaudithook(_stay_inside)
