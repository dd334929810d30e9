"""What the senders that speak HTTP have in common: a request for each message, and an answer read from its reply."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final

from pydantic import BaseModel

from firstwin.messages.message import AlertCard, Message
from firstwin.outbox.bucket import AT_ONCE, Flow
from firstwin.outbox.outcome import Policy
from firstwin.senders.contract import Answer, Refused, not_taken
from firstwin.senders.encode import as_json
from firstwin.senders.http import Http
from firstwin.senders.redact import Redactor, secrets_of_url
from firstwin.senders.settings import WebSettings
from firstwin.senders.status import Reply, judge

AS_JSON: Final = {"Content-Type": "application/json"}
Clock = Callable[[], float]


@dataclass(frozen=True)
class Request:
    content: bytes
    headers: Mapping[str, str]


def json_request(value: object, headers: Mapping[str, str] | None = None) -> Request | Refused:
    """The value as JSON, with these headers."""
    content = as_json(value)
    return content if isinstance(content, Refused) else Request(content, {**AS_JSON, **(headers or {})})


class Posting(ABC):
    """One address that messages are posted to. A kind says what is posted, and what a reply means where its status does not.

    ``clock`` tells seconds since 1970. ``url`` stands in for that of the settings. ``secrets`` are taken out of whatever the
    other side says; where none are named it is the address, all but its host.
    """

    takes: ClassVar[frozenset[type]]
    on_unknown: Policy
    slots: int
    group: int
    flow: Flow = AT_ONCE
    Settings: ClassVar[type[BaseModel]]

    def __init__(
        self,
        name: str,
        settings: WebSettings,
        *,
        url: str = "",
        secrets: Iterable[str] | None = None,
        clock: Clock = time.time,
    ) -> None:
        self.name = name
        self.on_unknown = settings.on_unknown or self.on_unknown
        self.flow = settings.flow(self.flow)
        self.url = url or settings.url.get_secret_value()
        self._clock = clock
        self.redact = Redactor(secrets_of_url(self.url) if secrets is None else secrets)
        self._http = Http(
            self.url,
            deadline=settings.deadline,
            reach=settings.reach(self.url),
            redact=self.redact,
            ca_file=settings.ca_file,
        )

    async def send(self, message: Message) -> Answer:
        if type(message) not in self.takes:
            return not_taken(self, message)
        request = self.request(message)
        if isinstance(request, Refused):
            return request
        reply = await self._http.post(request.content, request.headers)
        return self.judged(reply) if isinstance(reply, Reply) else reply

    async def close(self) -> None:
        await self._http.close()

    @abstractmethod
    def request(self, message: Message) -> Request | Refused:
        """What is posted for a message of a kind that this sender takes."""

    def judged(self, reply: Reply) -> Answer:
        """What a reply means."""
        return self.by_status(reply)

    def by_status(self, reply: Reply) -> Answer:
        """What its status alone means."""
        return judge(reply, now=self.now(), redact=self.redact)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


class PostingAlerts(Posting):
    """A channel that people read. An alert is rather seen twice than missed, and those about an account come in order."""

    takes: ClassVar[frozenset[type]] = frozenset({AlertCard})
    on_unknown: Policy = "retry"
    flow: Flow = Flow(ordered=True)

    def request(self, message: Message) -> Request | Refused:
        assert isinstance(message, AlertCard)  # noqa: S101 - it takes nothing else
        return json_request(self.posted(message))

    @abstractmethod
    def posted(self, card: AlertCard) -> Mapping[str, object]:
        """The JSON that is posted for an alert."""
