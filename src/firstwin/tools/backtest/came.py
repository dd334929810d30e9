"""What came of a backtest: each message and each "no" in a few words, as a year may hold a million of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from firstwin.decide.value import Decision, Nudge, Planned, Reason, Skip
from firstwin.match.value import Match
from firstwin.rules.terms import Rule

DIGEST: Final = "digest"


class Place(NamedTuple):
    """Where one message would have gone; ``address`` only for a mail.

    ``in_list`` names the digest whose list the subject stands on: one message for all who have the same. ``leaves``: the
    end of the quiet hours that held it, None where none did. ``stopped``: why it does not go out after all.
    """

    channel: str
    destination: str
    address: str | None
    in_list: tuple[str, ...] = ()
    leaves: datetime | None = None
    stopped: str = ""


class Fate(NamedTuple):
    """What became of a mail on its way, as of ``Place``."""

    leaves: datetime | None
    stopped: str = ""


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

    @property
    def going(self) -> tuple[Place, ...]:
        """The messages that would have gone out."""
        return tuple(place for place in self.places if not place.stopped)

    @property
    def is_stopped(self) -> bool:
        """None of its messages would have gone out, or not within the stretch."""
        return bool(self.places) and not self.going

    @property
    def is_waiting(self) -> bool:
        """Its quiet hours end only after the stretch: what becomes of it is not known."""
        return self.is_stopped and any(place.stopped == Reason.QUIET_HOURS for place in self.places)

    @property
    def came_at(self) -> datetime:
        """When the first of its messages would have come, or where none would have, when the first was stopped."""
        return min((place.leaves or self.at for place in self.going or self.places), default=self.at)


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

    def depart(self, rule: str, fates: Mapping[tuple[int, int], Fate]) -> None:
        """By nudge and place, counted from 0: of those mails that did not leave as they were decided."""
        found = self.sent[rule]
        for (nudge, place), fate in fates.items():
            one = found[nudge]
            changed = one.places[place]._replace(leaves=fate.leaves, stopped=fate.stopped)
            found[nudge] = one._replace(places=(*one.places[:place], changed, *one.places[place + 1 :]))

    def arrived(self, rule: str) -> list[Sent]:
        """The nudges that were not stopped on their way."""
        return [one for one in self.sent[rule] if not one.is_stopped]

    def not_arrived(self, rule: str) -> list[Left]:
        """The steps that were not done, and those of which no message went out."""
        stopped = [_stopped(one) for one in self.sent[rule] if one.is_stopped]
        return sorted([*self.left[rule], *stopped], key=_when) if stopped else self.left[rule]

    def add(self, other: Came) -> None:
        """What was found about other subjects; ``in_order`` puts all of it in its place."""
        for rule, sent in other.sent.items():
            self.sent[rule] += sent
        for rule, left in other.left.items():
            self.left[rule] += left

    def in_order(self, rule: Rule) -> None:
        """As it is heard where all subjects are asked about at once."""
        steps = {step.name: (number, step.wait) for number, step in enumerate(rule.steps)}

        def key(one: Sent | Left) -> tuple[datetime, datetime, datetime, str, int, str]:
            place, wait = steps[one.step]
            return one.at, one.start_at + wait, one.start_at, one.key, place, one.subject

        self.sent[rule.id].sort(key=key)
        self.left[rule.id].sort(key=key)

    def forget(self, rule: str) -> None:
        """It is done once more."""
        self.sent.pop(rule, None)
        self.left.pop(rule, None)


def _sent(now: datetime, one: Nudge) -> Sent:
    match = one.match
    places = tuple([Place(each.channel, each.destination, each.address, _list_of(match, each)) for each in one.planned])
    missed = tuple(sorted({each.reason.value for each in one.not_sent})) if one.not_sent else ()
    start = match.start
    return Sent(
        match.rule.id, start.subject, start.key, match.step.name, now, start.at, one.mode, places, missed, one.variant
    )


def _list_of(match: Match, planned: Planned) -> tuple[str, ...]:
    """What tells a digest from others, as its key does."""
    if planned.channel != DIGEST:
        return ()
    return match.due_at.isoformat(), match.step.name, planned.action.template, planned.destination, planned.receiver


def _stopped(one: Sent) -> Left:
    return Left(one.rule, one.subject, one.key, one.step, one.came_at, one.start_at, one.places[0].stopped)


def _when(one: Left) -> datetime:
    return one.at


def _left(now: datetime, one: Skip) -> Left:
    match, start = one.match, one.match.start
    return Left(match.rule.id, start.subject, start.key, match.step.name, now, start.at, one.reason.value)
