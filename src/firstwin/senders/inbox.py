"""Posts anything to the local inbox, which shows it as its receiver would see it. For the demo and for trying out."""

from __future__ import annotations

import time
from typing import ClassVar, Literal

from pydantic import Field

from firstwin.messages.message import AlertCard, Mail, Message, Payload
from firstwin.senders.contract import Refused
from firstwin.senders.posting import Clock, Posting, Request, json_request
from firstwin.senders.settings import SenderSettings, Url

KINDS = {Mail: "mail", AlertCard: "alert", Payload: "webhook"}


class Inbox(Posting):
    takes: ClassVar[frozenset[type]] = frozenset(KINDS)
    on_unknown: ClassVar[Literal["retry", "park"]] = "retry"
    slots: ClassVar[int] = 64
    group: ClassVar[int] = 32

    class Settings(SenderSettings):
        """``url``: where the inbox takes messages, such as http://127.0.0.1:8025/messages."""

        url: Url = Field(description="where the inbox takes messages")

    def __init__(self, name: str, settings: Settings, *, clock: Clock = time.time) -> None:
        super().__init__(name, settings.url.get_secret_value(), settings, allow_private=True, clock=clock)

    def request(self, message: Message) -> Request | Refused:
        return json_request({"kind": KINDS[type(message)], "message": vars(message)})
