"""Posts alerts to a Discord channel through a webhook."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from firstwin.messages.message import AlertCard
from firstwin.outbox.bucket import Flow
from firstwin.senders.contract import Accepted, Answer, Refused, Retry
from firstwin.senders.discord_embed import payload
from firstwin.senders.encode import fields
from firstwin.senders.posting import Clock, PostingAlerts
from firstwin.senders.settings import WebSettings
from firstwin.senders.status import LONGEST_WAIT, Reply

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json: no such webhook, no such token
GONE: Final = {10015, 50027}


class Discord(PostingAlerts):
    slots: int = 1
    group: int = 1
    flow: Flow = Flow(rate=2, ordered=True)  # it takes five in two seconds

    class Settings(WebSettings):
        """``url``: the webhook's address; whoever knows it can post, so it is a secret."""

    def __init__(self, name: str, settings: Settings, *, clock: Clock = time.time) -> None:
        super().__init__(name, settings, url=_waiting(settings.url.get_secret_value()), clock=clock)

    def posted(self, card: AlertCard) -> Mapping[str, object]:
        return payload(card)

    def judged(self, reply: Reply) -> Answer:
        answer, said = self.by_status(reply), fields(reply.body)
        match answer:
            case Accepted():
                provider_id = said.get("id")
                return Accepted(provider_id if isinstance(provider_id, str) else None, answer.detail)
            case Retry(free=True):
                return Retry(answer.reason, answer.after or _asked(said), free=True, detail=answer.detail)
            case Refused() if said.get("code") in GONE:
                return Refused(f"discord_{said['code']}", disable=True, detail=answer.detail)
        return answer


def _waiting(url: str) -> str:
    """The address at which Discord answers when the message stands in the channel, and not before."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, "wait=true")))))


def _asked(said: Any) -> timedelta | None:  # noqa: ANN401 - as it came
    """Seconds, with fractions."""
    seconds = said.get("retry_after")
    is_time = isinstance(seconds, int | float) and 0 < seconds < LONGEST_WAIT.total_seconds()
    return timedelta(seconds=seconds) if is_time else None
