"""One question put to deciding: a match and everything that is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from firstwin.decide.value import Channel, History, Policy, Subject
from firstwin.match.value import Match
from firstwin.rules.terms import Action, Alert, ClockStart, Email, Record, Webhook

EXPIRES_AFTER: dict[Channel, timedelta] = {
    "email": timedelta(days=3),
    "alert": timedelta(days=1),
    "webhook": timedelta(days=3),
}


@dataclass(frozen=True)
class Case:
    match: Match
    subject: Subject
    history: History
    policy: Policy
    now: datetime

    @property
    def messages(self) -> tuple[Email | Alert | Webhook, ...]:
        return tuple(action for action in self.match.step.actions if not isinstance(action, Record))

    @property
    def records(self) -> tuple[Record, ...]:
        return tuple(action for action in self.match.step.actions if isinstance(action, Record))

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


def channel_of(action: Action) -> Channel:
    match action:
        case Email():
            return "email"
        case Alert():
            return "alert"
        case Webhook():
            return "webhook"
        case Record():
            msg = f"a record of {action.milestone} is not a message"
            raise ValueError(msg)
