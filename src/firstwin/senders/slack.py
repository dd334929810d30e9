"""Posts alerts to a Slack channel through an incoming webhook."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar, Literal

from pydantic import model_validator

from firstwin.messages.message import AlertCard, Message
from firstwin.senders.contract import Accepted, Answer, Refused, Retry, not_taken
from firstwin.senders.encode import as_json, read_json
from firstwin.senders.http import Http
from firstwin.senders.redact import Redactor, secrets_of_url
from firstwin.senders.settings import WebSettings, must_be_https
from firstwin.senders.slack_blocks import payload
from firstwin.senders.status import Reply, judge, retry_after

# https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: what a body may say, at any status
GONE = {
    "action_prohibited",
    "channel_is_archived",
    "channel_not_found",
    "invalid_token",
    "no_active_hooks",
    "no_service",
    "no_service_id",
    "no_team",
    "posting_to_general_channel_denied",
    "team_disabled",
    "team_not_found",
    "user_not_found",
}
WRONG = {
    "invalid_attachments",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_payload",
    "msg_blocks_too_long",
    "no_text",
    "too_many_attachments",
}
TOO_MANY = {"rate_limited", "ratelimited", "message_limit_exceeded"}


class Slack:
    takes: ClassVar[frozenset[type]] = frozenset({AlertCard})
    on_unknown: ClassVar[Literal["retry", "park"]] = "retry"  # an alert is rather seen twice than missed
    slots: ClassVar[int] = 1  # Slack takes one message a second
    group: ClassVar[int] = 1

    class Settings(WebSettings):
        """``url``: the incoming webhook's address; whoever knows it can post, so it is a secret."""

        @model_validator(mode="after")
        def _safe(self) -> Slack.Settings:
            must_be_https(self)
            return self

    def __init__(self, name: str, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        self.name = name
        self._clock = clock
        url = settings.url.get_secret_value()
        self._redact = Redactor(secrets_of_url(url))
        self._http = Http(
            url,
            deadline=settings.deadline,
            allow_private=settings.allow_private,
            redact=self._redact,
            ca_file=settings.ca_file,
        )

    async def send(self, message: Message) -> Answer:
        if not isinstance(message, AlertCard):
            return not_taken(self, message)
        content = as_json(payload(message))
        if isinstance(content, Refused):
            return content
        reply = await self._http.post(content, {"Content-Type": "application/json"})
        return self._judge(reply) if isinstance(reply, Reply) else reply

    async def close(self) -> None:
        await self._http.close()

    def _judge(self, reply: Reply) -> Answer:
        """The body decides where it says one of Slack's words; else the status."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        word, detail = _word(reply.body), self._redact(reply.body)
        if word in GONE:
            return Refused(f"slack_{word}", disable=True, detail=detail)
        if word in WRONG:
            return Refused(f"slack_{word}", detail=detail)
        if word in TOO_MANY:
            return Retry(f"slack_{word}", after=retry_after(reply, now), free=True, detail=detail)
        answer = judge(reply, now=now, redact=self._redact)
        if isinstance(answer, Accepted) and word != "ok":
            return Retry("unexpected_answer", detail=detail)
        if isinstance(answer, Refused) and reply.status == 404:  # noqa: PLR2004
            return Refused(answer.reason, disable=True, detail=detail)
        return answer


def _word(body: str) -> str:
    """The word that an answer comes down to: ``ok``, ``no_service``, or the error of ``{"ok": false, "error": …}``."""
    said = read_json(body)
    if isinstance(said, dict):
        return "ok" if said.get("ok") is True else str(said.get("error", ""))
    return body.strip()
