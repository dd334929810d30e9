"""A backtest in figures: by week, by reason, by day against the cap, and against the goal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from firstwin.tools.backtest.came import Came, GoalMet, Left, Place, Sent

SOON = timedelta(days=7)
SHOWN = 3  # examples from the beginning, and as many from the end


@dataclass(frozen=True)
class Week:
    """``begins`` on a Monday (UTC)."""

    begins: date
    sent: int
    skipped: int


@dataclass(frozen=True)
class Example:
    """One nudge, with where its messages would have gone; of an address only what tells it from others."""

    at: datetime
    subject: str
    step: str
    to: tuple[str, ...]


@dataclass(frozen=True)
class Cap:
    """The messages beyond the project's cap of a day, which would have waited for the next: of this rule alone."""

    a_day: int
    days: int
    held: int


@dataclass(frozen=True)
class GoalFigures:
    """``before``: when the message would have come. ``soon``: of those after it, within 7 days.

    ``others``: subjects that were not nudged though the rule looked at them, and had not reached it by then;
    ``others_before`` those that had.
    """

    says: str
    nudged: int
    before: int
    after: int
    soon: int
    median: timedelta | None
    others: int
    others_reached: int
    others_before: int


@dataclass(frozen=True)
class Figures:
    """``sent`` counts nudges, ``messages`` what goes out for them: a digest once, however many stand on its list.

    ``skipped`` and ``unreached`` are counted by reason.
    """

    sent: int
    messages: int
    subjects: int
    by_step: Mapping[str, int]
    by_variant: Mapping[str, int]
    skipped: Mapping[str, int]
    unreached: Mapping[str, int]
    weeks: Sequence[Week]
    first: Sequence[Example]
    last: Sequence[Example]
    cap: Cap
    goal: GoalFigures | None


def figures(came: Came, rule: str, daily_cap: int) -> Figures:
    sent, left = sorted(came.sent[rule], key=lambda one: one.at), came.left[rule]
    return Figures(
        sent=len(sent),
        messages=len(_messages(sent)),
        subjects=len({one.subject for one in sent}),
        by_step=_counted(one.step for one in sent),
        by_variant=_counted(one.variant for one in sent if one.variant is not None),
        skipped=_counted(one.reason for one in left),
        unreached=_counted(reason for one in sent for reason in one.missed),
        weeks=_weeks(sent, left),
        first=[_example(one) for one in sent[:SHOWN]],
        last=[_example(one) for one in sent[SHOWN:][-SHOWN:]],
        cap=_cap(sent, daily_cap),
        goal=None if came.goal is None else _goal(came.goal),
    )


def _messages(sent: Iterable[Sent]) -> list[Sent]:
    """The nudge of each message; of a digest the first."""
    found: list[Sent] = []
    lists: set[tuple[str, ...]] = set()
    for one in sent:
        for place in one.places:
            if not place.in_list or place.in_list not in lists:
                found.append(one)
            lists.add(place.in_list)
    return found


def _counted(found: Iterable[str]) -> dict[str, int]:
    return dict(Counter(found).most_common())


def _weeks(sent: Iterable[Sent], left: Iterable[Left]) -> list[Week]:
    """Those in which something happened."""
    done = Counter(_monday(one.at) for one in sent)
    not_done = Counter(_monday(one.at) for one in left)
    return [Week(monday, done[monday], not_done[monday]) for monday in sorted(done | not_done)]


def _monday(at: datetime) -> date:
    return at.date() - timedelta(days=at.weekday())


def _example(one: Sent) -> Example:
    return Example(one.at, one.subject, one.step, tuple(map(shown, one.places)))


def shown(place: Place) -> str:
    """``d…@acme.example``: enough to know somebody by, and too little to write to."""
    if place.address is None:
        return f"{place.channel} to {place.destination}"
    mailbox, _, domain = place.address.rpartition("@")
    return f"{mailbox[:1]}…@{domain}"


def _cap(sent: Iterable[Sent], a_day: int) -> Cap:
    """What waits counts on the next day, before that day's own. In shadow nothing goes out."""
    by_day = Counter[date]()
    for one in _messages(sent):
        by_day[one.at.date()] += one.mode == "live"
    days = held = waiting = 0
    day = min(by_day, default=date.max)
    last = max(by_day, default=date.min)
    while day <= last or waiting:
        waiting = max(0, by_day[day] + waiting - a_day)
        days += waiting > 0
        held += min(waiting, by_day[day])
        day += timedelta(days=1)
    return Cap(a_day, days, held)


def _goal(met: GoalMet) -> GoalFigures:
    nudged = {one.subject for one, _ in met.sent}
    after = [at - one.at for one, at in met.sent if at is not None and at > one.at]
    others = [(one, at) for one, at in met.left if one.subject not in nudged]
    before = sum(at is not None and at <= one.at for one, at in others)
    return GoalFigures(
        says=met.says,
        nudged=len(nudged),
        before=sum(at is not None and at <= one.at for one, at in met.sent),
        after=len(after),
        soon=sum(length <= SOON for length in after),
        median=timedelta(seconds=median(length.total_seconds() for length in after)) if after else None,
        others=len(others) - before,
        others_reached=sum(at is not None and at > one.at for one, at in others),
        others_before=before,
    )
