"""Posts anything to the local inbox, which shows it as its receiver would see it. For the demo and for trying out."""

from __future__ import annotations

from typing import ClassVar

from firstwin.messages.message import AlertCard, Mail, Message, Payload
from firstwin.outbox.outcome import Policy
from firstwin.senders.contract import Refused
from firstwin.senders.posting import Posting, Request, json_request
from firstwin.senders.reaching import AllowPrivate
from firstwin.senders.settings import WebSettings

KINDS = {Mail: "mail", AlertCard: "alert", Payload: "webhook"}


class Inbox(Posting):
    takes: ClassVar[frozenset[type]] = frozenset(KINDS)
    on_unknown: Policy = "retry"
    slots: int = 64
    group: int = 32

    class Settings(WebSettings):
        """``url``: where the inbox takes messages, such as http://127.0.0.1:8025/messages."""

        allow_private: AllowPrivate = True

    def request(self, message: Message) -> Request | Refused:
        return json_request({"kind": KINDS[type(message)], "message": vars(message)})
