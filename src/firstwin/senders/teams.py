"""Posts alerts to a Microsoft Teams channel through a workflow's webhook, as an Adaptive Card."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from firstwin.messages.message import AlertCard
from firstwin.outbox.bucket import Flow
from firstwin.senders.contract import Accepted, Answer, Refused
from firstwin.senders.posting import PostingAlerts
from firstwin.senders.settings import WebSettings
from firstwin.senders.status import Reply
from firstwin.senders.teams_card import payload

# An address of the older connectors answers 200 even where Teams refused, and says so in its body.
FAILED: Final = re.compile(r"delivery failed.*?HTTP error (\d{3})", re.DOTALL)
NOT_FOUND: Final = 404


class Teams(PostingAlerts):
    slots: int = 1
    group: int = 1
    flow: Flow = Flow(rate=3, ordered=True)  # it slows down whoever posts more than four in a second

    class Settings(WebSettings):
        """``url``: the webhook's address; whoever knows it can post, so it is a secret."""

    def posted(self, card: AlertCard) -> Mapping[str, object]:
        return payload(card)

    def judged(self, reply: Reply) -> Answer:
        answer = self.by_status(reply)
        if isinstance(answer, Accepted) and (failed := FAILED.search(reply.body)):
            answer = self.by_status(Reply(int(failed[1]), reply.headers, reply.body))
        if isinstance(answer, Refused) and answer.reason == f"http_{NOT_FOUND}":  # the workflow was deleted
            return Refused(answer.reason, disable=True, detail=answer.detail)
        return answer
