"""One question put to deciding: a match and everything that is known about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from firstwin.decide.chosen import Chosen, choose
from firstwin.decide.draw import draw
from firstwin.decide.value import Channel, History, Policy, Subject
from firstwin.match.value import Match
from firstwin.rules.terms import Alert, Digest, Email, Message, Webhook
from firstwin.rules.terms_clock import ClockStart

EXPIRES_AFTER: dict[Channel, timedelta] = {
    "email": timedelta(days=3),
    "alert": timedelta(days=1),
    "webhook": timedelta(days=3),
    "digest": timedelta(days=1),
}
SHORTEST: Final = min(EXPIRES_AFTER.values())


class Case(NamedTuple):
    match: Match
    subject: Subject
    history: History
    policy: Policy
    now: datetime

    def chosen(self) -> Chosen:
        """What the step does for this subject, now."""
        match = self.match
        return choose(match.step.actions, match.holding.__contains__, self.drawn_by, match.start.subject)

    @property
    def drawn_by(self) -> str:
        return self.policy.drawn_by or self.match.rule.id

    @property
    def held_out(self) -> bool:
        share = self.match.rule.hold_out
        return share > 0 and draw(self.drawn_by, self.match.start.subject, "hold_out") < share

    @property
    def is_fresh(self) -> bool:
        """Whether no message of any kind can have expired yet: the cheap question, and the answer to nearly all."""
        has_own = self.match.rule.expires_after is not None or self.policy.expires_after
        return not has_own and self.now <= self.match.due_at + SHORTEST

    def expires_at(self, channel: Channel) -> datetime:
        """The last moment at which a message of this channel is still worth sending.

        It counts from the due time or from the moment that the rule took the start, whichever is later: a backfill
        would be stale at once otherwise. What a clock struck counts from then, however late it was noticed.
        """
        own = self.match.rule.expires_after
        lifetime = own if own is not None else self.policy.expires_after.get(channel, EXPIRES_AFTER[channel])
        by_the_clock = isinstance(self.match.rule.when, ClockStart)
        counts_from = self.match.due_at if by_the_clock else max(self.match.due_at, self.match.start.seen_at)
        return counts_from + lifetime


def channel_of(action: Message) -> Channel:
    match action:
        case Email():
            return "email"
        case Alert():
            return "alert"
        case Webhook():
            return "webhook"
        case Digest():
            return "digest"
