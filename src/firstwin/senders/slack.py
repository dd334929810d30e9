"""Posts alerts to a Slack channel through an incoming webhook."""

from __future__ import annotations

from collections.abc import Mapping

from firstwin.messages.message import AlertCard
from firstwin.outbox.bucket import Flow
from firstwin.senders.contract import Accepted, Answer, Refused, Retry
from firstwin.senders.encode import read_json
from firstwin.senders.posting import PostingAlerts
from firstwin.senders.settings import WebSettings
from firstwin.senders.slack_blocks import payload
from firstwin.senders.status import Reply, retry_after

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


class Slack(PostingAlerts):
    slots: int = 1
    group: int = 1
    flow: Flow = Flow(rate=1, ordered=True)  # https://docs.slack.dev/apis/web-api/rate-limits: one a second

    class Settings(WebSettings):
        """``url``: the incoming webhook's address; whoever knows it can post, so it is a secret."""

    def posted(self, card: AlertCard) -> Mapping[str, object]:
        return payload(card)

    def judged(self, reply: Reply) -> Answer:
        """The body decides where it says one of Slack's words; else the status."""
        word, detail = _word(reply.body), self.redact(reply.body)
        if word in GONE:
            return Refused(f"slack_{word}", disable=True, detail=detail)
        if word in WRONG:
            return Refused(f"slack_{word}", detail=detail)
        if word in TOO_MANY:
            return Retry(f"slack_{word}", after=retry_after(reply, self.now()), free=True, detail=detail)
        answer = self.by_status(reply)
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
