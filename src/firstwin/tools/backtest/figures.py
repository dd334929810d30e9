"""A backtest in figures: by week, by reason, by day against the cap, and against the goal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from firstwin.decide.value import Reason
from firstwin.tools.backtest.came import Came, GoalMet, Left, Place, Sent

SOON = timedelta(days=7)
SHOWN = 3  # examples from the beginning, and as many from the end


@dataclass(frozen=True)
class Week:
    """``begins`` on a Monday (UTC). Of the nudges ``stopped`` no message went out; the others count when the first came.

    What still waits when the stretch ends is in none.
    """

    begins: date
    sent: int
    skipped: int
    stopped: int = 0


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
class MailFigures:
    """What became of mails that were decided: ``delayed`` left at the end of quiet hours, ``stopped`` did not, by reason.

    ``waiting``: for quiet hours that end only after the stretch.
    """

    delayed: int
    waiting: int
    stopped: Mapping[str, int]


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

    A nudge whose mails were all stopped on their way, or wait when the stretch ends, is none of them, and stands in ``mails``.
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
    mails: MailFigures
    cap: Cap
    goal: GoalFigures | None


def figures(came: Came, rule: str, daily_cap: int) -> Figures:
    sent, left = sorted(came.sent[rule], key=lambda one: one.at), came.left[rule]
    out = [one for one in sent if not one.is_stopped]
    return Figures(
        sent=len(out),
        messages=len(_messages(out)),
        subjects=len({one.subject for one in out}),
        by_step=_counted(one.step for one in out),
        by_variant=_counted(one.variant for one in out if one.variant is not None),
        skipped=_counted(one.reason for one in left),
        unreached=_counted(reason for one in sent for reason in one.missed),
        weeks=_weeks(sent, left),
        first=[_example(one) for one in sent[:SHOWN]],
        last=[_example(one) for one in sent[SHOWN:][-SHOWN:]],
        mails=_mails(sent),
        cap=_cap(sent, daily_cap),
        goal=None if came.goal is None else _goal(came.goal),
    )


def _messages(sent: Iterable[Sent]) -> list[tuple[Sent, Place]]:
    """Those that go out, each with its nudge; of a digest the first."""
    found: list[tuple[Sent, Place]] = []
    lists: set[tuple[str, ...]] = set()
    for one in sent:
        for place in one.going:
            if not place.in_list or place.in_list not in lists:
                found.append((one, place))
            lists.add(place.in_list)
    return found


def _mails(sent: Iterable[Sent]) -> MailFigures:
    places = [place for one in sent for place in one.places]
    stopped = _counted(place.stopped for place in places if place.stopped)
    waiting = stopped.pop(Reason.QUIET_HOURS, 0)
    return MailFigures(sum(place.leaves is not None and not place.stopped for place in places), waiting, stopped)


def _counted(found: Iterable[str]) -> dict[str, int]:
    return dict(Counter(found).most_common())


def _weeks(sent: Iterable[Sent], left: Iterable[Left]) -> list[Week]:
    """Those in which something happened."""
    nudges = Counter((_monday(one.came_at), one.is_stopped) for one in sent if not one.is_waiting)
    not_done = Counter(_monday(one.at) for one in left)
    weeks = sorted({monday for monday, _ in nudges} | not_done.keys())
    return [Week(week, nudges[week, False], not_done[week], nudges[week, True]) for week in weeks]


def _monday(at: datetime) -> date:
    return at.date() - timedelta(days=at.weekday())


def _example(one: Sent) -> Example:
    return Example(one.at, one.subject, one.step, tuple(map(shown, one.places)))


def shown(place: Place) -> str:
    """``d…@acme.example``: enough to know somebody by, and too little to write to; and what became of the mail."""
    if place.address is None:
        return f"{place.channel} to {place.destination}"
    mailbox, _, domain = place.address.rpartition("@")
    return f"{mailbox[:1]}…@{domain}{_fate(place)}"


def _fate(place: Place) -> str:
    at = f"{place.leaves:%Y-%m-%d %H:%M}" if place.leaves else ""
    match place.stopped:
        case "":
            return f", leaves {at}" if at else ""
        case Reason.QUIET_HOURS:
            return f", waits until {at}"
        case why:
            return f", not sent ({why}{', at ' if at else ''}{at})"


def _cap(sent: Iterable[Sent], a_day: int) -> Cap:
    """What waits counts on the next day, before that day's own. In shadow nothing goes out."""
    by_day = Counter[date]()
    for one, place in _messages(sent):
        by_day[(place.leaves or one.at).date()] += one.mode == "live"
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
    after = [at - one.came_at for one, at in met.sent if at is not None and at > one.came_at]
    others = [(one, at) for one, at in met.left if one.subject not in nudged]
    before = sum(at is not None and at <= one.at for one, at in others)
    return GoalFigures(
        says=met.says,
        nudged=len(nudged),
        before=sum(at is not None and at <= one.came_at for one, at in met.sent),
        after=len(after),
        soon=sum(length <= SOON for length in after),
        median=timedelta(seconds=median(length.total_seconds() for length in after)) if after else None,
        others=len(others) - before,
        others_reached=sum(at is not None and at > one.at for one, at in others),
        others_before=before,
    )
