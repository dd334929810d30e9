"""Opens incidents in PagerDuty through version 2 of its Events API; a repeated one is the same incident."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import SecretStr

from firstwin.messages.message import AlertCard
from firstwin.outbox.bucket import Flow
from firstwin.senders.contract import Accepted, Answer, Refused
from firstwin.senders.encode import fields
from firstwin.senders.posting import Clock, PostingAlerts
from firstwin.senders.settings import Secret, Url, WebSettings
from firstwin.senders.status import Reply

SUMMARY: Final = 1024  # https://developer.pagerduty.com/docs/send-alert-event
BAD_REQUEST: Final = 400


class PagerDuty(PostingAlerts):
    slots: int = 8
    group: int = 8
    flow: Flow = Flow(rate=2, ordered=True)  # 120 events a minute for an integration key

    class Settings(WebSettings):
        """``routing_key``: the integration key of a service, which is a secret. ``severity`` of every alert."""

        url: Url = SecretStr("https://events.pagerduty.com/v2/enqueue")
        routing_key: Secret
        severity: Literal["critical", "error", "warning", "info"] = "warning"

    def __init__(self, name: str, settings: Settings, *, clock: Clock = time.time) -> None:
        self._key = settings.routing_key.get_secret_value()
        self._severity = settings.severity
        super().__init__(name, settings, secrets=[self._key], clock=clock)

    def posted(self, card: AlertCard) -> Mapping[str, object]:
        body: dict[str, Any] = {
            "routing_key": self._key,
            "event_action": "trigger",
            "dedup_key": card.key,
            "client": "Firstwin",
            "payload": {
                "summary": (card.title or "Alert")[:SUMMARY],
                "source": "firstwin",
                "severity": self._severity,
                "custom_details": _details(card),
            },
        }
        if card.link:
            body["links"] = [{"href": card.link, "text": card.link_label or "Open the account"}]
        return body

    def judged(self, reply: Reply) -> Answer:
        answer = self.by_status(reply)
        if isinstance(answer, Accepted):
            known_as = fields(reply.body).get("dedup_key")
            return Accepted(known_as if isinstance(known_as, str) else None, answer.detail)
        if isinstance(answer, Refused) and reply.status == BAD_REQUEST:
            return Refused("pagerduty_invalid_event", detail=answer.detail)
        return answer


def _details(card: AlertCard) -> dict[str, str]:
    reasons = ("What", card.body), ("Why", card.why), ("Since", card.since), ("Suggested next step", card.next_step)
    return {label: text for label, text in (*reasons, *card.fields) if text}
