"""Posts anything to the local inbox, which shows it as its receiver would see it. For the demo and for trying out."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar, Literal

from pydantic import Field

from firstwin.messages.message import AlertCard, Mail, Message, Payload
from firstwin.senders.contract import Answer, Refused
from firstwin.senders.encode import as_json
from firstwin.senders.http import Http
from firstwin.senders.redact import Redactor
from firstwin.senders.settings import SenderSettings, Url
from firstwin.senders.status import Reply, judge

KINDS = {Mail: "mail", AlertCard: "alert", Payload: "webhook"}


class Inbox:
    takes: ClassVar[frozenset[type]] = frozenset(KINDS)
    on_unknown: ClassVar[Literal["retry", "park"]] = "retry"
    slots: ClassVar[int] = 64
    group: ClassVar[int] = 32

    class Settings(SenderSettings):
        """``url``: where the inbox takes messages, such as http://127.0.0.1:8025/messages."""

        url: Url = Field(description="where the inbox takes messages")

    def __init__(self, name: str, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        self.name = name
        self._clock = clock
        self._redact = Redactor()  # nothing secret is known here
        self._http = Http(
            settings.url.get_secret_value(),
            deadline=settings.deadline,
            allow_private=True,
            redact=self._redact,
            ca_file=settings.ca_file,
        )

    async def send(self, message: Message) -> Answer:
        content = as_json({"kind": KINDS[type(message)], "message": vars(message)})
        if isinstance(content, Refused):
            return content
        reply = await self._http.post(content, {"Content-Type": "application/json"})
        if isinstance(reply, Reply):
            return judge(reply, now=datetime.fromtimestamp(self._clock(), UTC), redact=self._redact)
        return reply

    async def close(self) -> None:
        await self._http.close()
