"""What came of a backtest: each message and each "no" in a few words, as a year may hold a million of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from firstwin.decide.value import Decision, Nudge, Planned, Skip
from firstwin.match.value import Match

DIGEST: Final = "digest"


class Place(NamedTuple):
    """Where one message would have gone; ``address`` only for a mail.

    ``in_list`` names the digest whose list the subject stands on: one message for all who have the same.
    """

    channel: str
    destination: str
    address: str | None
    in_list: tuple[str, ...] = ()


class Sent(NamedTuple):
    """A nudge: decided ``at``, for the start of ``start_at``. ``missed``: why further messages of it reached nobody.

    ``variant`` is the one that was drawn, if any was.
    """

    rule: str
    subject: str
    key: str
    step: str
    at: datetime
    start_at: datetime
    mode: str
    places: tuple[Place, ...]
    missed: tuple[str, ...] = ()
    variant: str | None = None


class Left(NamedTuple):
    """A step that was not done, and why."""

    rule: str
    subject: str
    key: str
    step: str
    at: datetime
    start_at: datetime
    reason: str


@dataclass(frozen=True)
class GoalMet:
    """The first message, or the first "no", of each subject, and when it reached the goal."""

    says: str
    sent: Sequence[tuple[Sent, datetime | None]]
    left: Sequence[tuple[Left, datetime | None]]


@dataclass
class Came:
    """By rule. Hears the decisions of a run as they are made. ``goal`` is that of the rule that was asked about."""

    sent: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    left: dict[str, list[Left]] = field(default_factory=lambda: defaultdict(list))
    goal: GoalMet | None = None

    def hear(self, now: datetime, decisions: Sequence[Decision]) -> None:
        for one in decisions:
            if isinstance(one, Nudge):
                self.sent[one.match.rule.id].append(_sent(now, one))
            elif isinstance(one, Skip):
                self.left[one.match.rule.id].append(_left(now, one))

    def forget(self, rule: str) -> None:
        """It is done once more."""
        self.sent.pop(rule, None)
        self.left.pop(rule, None)


def _sent(now: datetime, one: Nudge) -> Sent:
    match = one.match
    places = tuple(Place(each.channel, each.destination, each.address, _list_of(match, each)) for each in one.planned)
    missed = tuple(sorted({each.reason.value for each in one.not_sent}))
    start = match.start
    return Sent(
        match.rule.id, start.subject, start.key, match.step.name, now, start.at, one.mode, places, missed, one.variant
    )


def _list_of(match: Match, planned: Planned) -> tuple[str, ...]:
    """What tells a digest from others, as its key does."""
    if planned.channel != DIGEST:
        return ()
    return match.due_at.isoformat(), match.step.name, planned.action.template, planned.destination, planned.receiver


def _left(now: datetime, one: Skip) -> Left:
    match, start = one.match, one.match.start
    return Left(match.rule.id, start.subject, start.key, match.step.name, now, start.at, one.reason.value)
