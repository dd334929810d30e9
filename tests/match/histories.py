"""Histories that hit where it hurts: their times lie on, just before and just after the boundaries of what is tested.

Two accounts, two people (the first in account a1, both may move), every kind of fact: events with or without an id,
the same id twice, facts that come late, are dated ahead or were imported as history, changed and removed properties,
dates, creations and deletions, time zones, moves, milestones of this and of another run.

``seq`` follows ``received_at``, as it does in the table. A message that comes again has the id of the first: a table
with a unique id refuses it, and ``naive.stored`` drops it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st

from firstwin.rules.terms import Subject, Term
from tests.match.histories_clock import changed_clocks, struck_near
from tests.match.histories_needs import About, Needs, needs_of
from tests.match.histories_years import in_some_year
from tests.match.naive_calendar import DAY, first_day, midnight, zone_named
from tests.match.naive_facts import Fact
from tests.match.naive_terms import Begun

AROUND = datetime.fromisoformat("2026-03-28T12:00:00+00:00")  # the clocks change, a week and a month begin soon after
LONG_AGO = AROUND - timedelta(days=60)
HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
JITTER = (-MICROSECOND, timedelta(0), timedelta(0), MICROSECOND)
ACTORS = (
    *[("a1", "p1")] * 8, ("a1", "p2"), ("a1", None), ("a1", None), ("a2", "p1"), ("a2", "p2"), (None, "p1"),
)  # fmt: skip
MANY = (
    *[("a1", person) for person in ("p1", "p1", "p2", "p2", "p3", "p3", None)], ("a2", "p1"), (None, "p1"),
)  # fmt: skip
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Africa/Cairo")
SHORT = (MICROSECOND, timedelta(minutes=1), HOUR, HOUR, 6 * HOUR, 6 * HOUR, 12 * HOUR, DAY)
GAPS = (*SHORT, DAY, 2 * DAY, 8 * DAY)

# ---- moments --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moments:
    """Draws moments: a boundary before a slot or after a fact, and a microsecond aside; a few in between."""

    rng: Random
    slots: Sequence[datetime]
    lengths: Sequence[timedelta]
    facts: list[datetime] = field(default_factory=list)

    def draw(self) -> datetime:
        rng = self.rng
        if self.facts and rng.random() < 0.15:
            return rng.choice(self.facts) + rng.choice(self.lengths) * rng.random()
        if self.facts and rng.random() < 0.3:
            return rng.choice(self.facts) + self.distance() + rng.choice(JITTER)
        return rng.choice(self.slots) - self.distance() + rng.choice(JITTER)

    def distance(self) -> timedelta:
        lengths = [self.rng.choice(self.lengths) for _ in range(self.rng.choice((0, 1, 1, 1, 2)))]
        return sum(lengths, timedelta(0)) if self.rng.random() < 0.75 else -sum(lengths, timedelta(0))


def beginnings(rng: Random, slots: Sequence[datetime]) -> list[datetime]:
    """Where a day, a week or a month of some place begins, near the slots."""
    zone = zone_named(rng.choice(ZONES))
    days = [slot.astimezone(zone).date() for slot in slots]
    return [midnight(first_day(rng.choice(("day", "day", "week", "month")), day), zone) for day in days if zone]


def tick_times(rng: Random, about: About, facts: Sequence[Fact] = (), kind: Subject = "account") -> list[datetime]:
    """Two to nine slots in order, with gaps of any length; with facts, slots where those reach a boundary."""
    count = rng.randint(2, 9)
    slots = [AROUND + rng.choice(JITTER)]
    while len(slots) < count:
        slots.append(slots[-1] + rng.choice(GAPS) + rng.choice((0, 0, 1, 2)) * rng.choice(SHORT))
    needs = needs_of(about, kind)
    struck = struck_near(rng, needs.clocks, slots, ZONES)
    if struck:
        near = [rng.choice(struck) for _ in range(count)] + changed_clocks(needs.clocks)
        slots = sorted({*slots[: rng.randint(1, count)], *(at + rng.choice(JITTER) for at in near)})
    if not facts:
        return slots
    known = [moment for fact in facts for moment in (fact.occurred_at, fact.known_at, fact.value_at) if moment]
    moments = Moments(rng, known, lengths_of(needs_of(about, kind)), known)
    near = [moments.draw() for _ in range(count)]
    return sorted({*slots[: rng.randint(2, 3)], *(moment for moment in near if abs(moment - AROUND) < 40 * DAY)})


# ---- facts ----------------------------------------------------------------------------------------------------------


class Draft(NamedTuple):
    """A fact that has no place in the table yet."""

    received_at: datetime
    id: str | None
    account_id: str | None
    person_id: str | None
    name: str
    props: dict[str, Any]
    value_at: datetime | None
    occurred_at: datetime
    known_at: datetime
    run: str | None = None


def history(
    rng: Random, about: About, slots: Sequence[datetime] = (), kind: Subject = "account", run: str = "live"
) -> list[Fact]:
    """A short history around the boundaries of a condition, a rule or several, seen from ``slots``.

    ``kind`` is whom a condition is about; a rule says it itself.
    """
    return History(rng, needs_of(about, kind), slots or tick_times(rng, about, kind=kind), run).write()


class History:
    """A history in the making."""

    def __init__(self, rng: Random, needs: Needs, slots: Sequence[datetime], run: str) -> None:
        anchors = [*slots, *(beginnings(rng, slots) if needs.has_calendar else ())]
        anchors += struck_near(rng, needs.clocks, slots, ZONES)
        self.rng = rng
        self.needs = needs
        self.run = run
        self.events = sorted(needs.events) or ["page_viewed"]
        self.properties = sorted(needs.values)
        self.milestones = sorted(needs.milestones)
        self.moments = Moments(rng, anchors, lengths_of(needs))
        self.dates = [self.moments.draw(), self.moments.draw()]
        self.drafts: list[Draft] = []

    def write(self) -> list[Fact]:
        self.begin()
        kinds = kinds_of_facts(self.needs)
        for _ in range(self.rng.randint(1, 4 + len(self.events) + self.needs.several)):
            getattr(self, self.rng.choice(kinds))()
        if self.rng.random() < 0.1:
            self.send_again()
        ordered = sorted(self.drafts, key=lambda draft: (draft.received_at, self.rng.random()))
        return [Fact(seq, *draft[1:8], draft.received_at, *draft[8:]) for seq, draft in enumerate(ordered, 1)]

    def begin(self) -> None:
        """Most are there from long ago, some are created in the midst of it, some never or only later."""
        kind = self.needs.kind
        for number, likely in ((1, 0.97), (2, 0.5)):
            if self.rng.random() < likely:
                self.create(kind, f"{kind[0]}{number}", LONG_AGO if self.rng.random() < 0.7 else self.moments.draw())
        if kind == "person" and self.rng.random() < 0.9:
            self.move("p1", None, "a1", LONG_AGO)
        if self.needs.has_people:
            self.begin_people()
        for scope, name in self.properties:
            if self.rng.random() < 0.6:
                raw, value_at = self.value(scope, name)
                self.put_change(scope, name, f"{scope[0]}1", raw, value_at, LONG_AGO)

    def begin_people(self) -> None:
        """Most accounts have one person from long ago, many two, some none."""
        for person, likely in (("p1", 0.9), ("p2", 0.5)):
            if self.rng.random() < likely:
                self.create("person", person, LONG_AGO if self.rng.random() < 0.8 else self.moments.draw())
                self.move(person, None, "a1", LONG_AGO if self.rng.random() < 0.7 else self.moments.draw())

    # -- kinds of facts

    def happen(self) -> None:
        """One event, or as many of the same kind as the condition counts."""
        rng = self.rng
        name = rng.choice(self.events) if rng.random() < 0.95 else "page_viewed"
        props = drawn(rng, self.needs.event_props)
        for prop in sorted(self.needs.event_dates):
            if rng.random() < 0.9:
                props[prop] = self.date()[0] if rng.random() < 0.93 else rng.choice(("soon", 7))
        account, person = rng.choice(ACTORS)
        for _ in range(rng.choice((1, self.needs.several))):
            if self.needs.has_many_people:
                account, person = rng.choice(MANY)
            self.put(name, props, self.moments.draw(), account, person, id=rng.random() < 0.8)

    def change(self) -> None:
        scope, name = self.rng.choice(self.properties)
        self.set(scope, name, *self.value(scope, name), self.moments.draw())

    def value(self, scope: Subject, name: str) -> tuple[Any, datetime | None]:
        if (scope, name) in self.needs.dates and self.rng.random() < 0.85:
            return self.date()
        return self.rng.choice(self.needs.values[scope, name]), None

    def date(self) -> tuple[str, datetime]:
        raw, moment = self.plain_date()
        return in_some_year(self.rng, raw, moment) if self.needs.has_years else (raw, moment)

    def plain_date(self) -> tuple[str, datetime]:
        """One of few dates, so that a moved one may move back; as a date and time, or as a day."""
        moment = self.rng.choice(self.dates)
        if self.rng.random() < 0.2:
            moment = moment.replace(hour=0, minute=0, second=0, microsecond=0)
            return moment.date().isoformat(), moment
        return moment.isoformat(), moment

    def create_again(self) -> None:
        """A creation, or one that is moved."""
        self.create(self.needs.kind, self.subject(), self.moments.draw())

    def delete(self) -> None:
        self.set(self.needs.kind, "deleted", self.rng.choice((True, True, True, None)), None, self.moments.draw())

    def change_zone(self) -> None:
        zone = self.rng.choice((*ZONES, *ZONES, None, "Mars/Base"))
        self.set(self.needs.kind, "timezone", zone, None, self.moments.draw())

    def move_someone(self) -> None:
        old = self.rng.choice(("a1", "a2", None))
        new = self.rng.choice([account for account in ("a1", "a2", None) if account != old])
        self.move(self.rng.choice(("p1", "p1", "p2")), old, new, self.moments.draw())

    def reach(self) -> None:
        name = self.rng.choice(self.milestones)
        account = self.rng.choice(("a1", "a1", "a2"))
        of_a_person = self.needs.kind == "person" or (self.needs.has_people and self.rng.random() < 0.8)
        person = self.subject("person") if self.needs.has_people and of_a_person else "p1" if of_a_person else None
        run = self.run if self.rng.random() < 0.8 else "another"
        self.put(f"firstwin.milestone.{name}", {}, self.moments.draw(), account, person, run=run)

    def nudge(self) -> None:
        """A message arrived, of that rule and step or of another; a person's names the account as well."""
        rule, step = self.rng.choice(sorted(self.needs.nudges))
        likely = 0.8 if self.needs.kind == "person" or self.needs.has_people else 0.3
        of_a_person = self.rng.random() < likely
        account, person = self.rng.choice(("a1", "a1", "a2")), self.subject("person") if of_a_person else None
        props = {"step": step if self.rng.random() < 0.7 else "other", "channel": "email"}
        run = self.run if self.rng.random() < 0.8 else "another"
        self.put(f"firstwin.nudged.{rule}", props, self.moments.draw(), account, person, run=run)

    def befall_someone(self) -> None:
        """Of a person of the account: created again, deleted, taken back, or in another time zone."""
        at, person, rng = self.moments.draw(), self.subject("person"), self.rng
        if rng.random() < 0.4:
            self.create("person", person, at)
        elif rng.random() < 0.7:
            self.put_change("person", "deleted", person, rng.choice((True, True, None)), None, at)
        else:
            self.put_change("person", "timezone", person, rng.choice((*ZONES, None)), None, at)

    def send_again(self) -> None:
        """A message whose id is there already, perhaps with another content."""
        events = [draft for draft in self.drafts if draft.id is not None]
        if events:
            draft = self.rng.choice(events)
            occurred_at = draft.occurred_at if self.rng.random() < 0.5 else self.moments.draw()
            received_at = max(draft.received_at, self.moments.draw()) + MICROSECOND
            known_at = max(draft.known_at, received_at)
            self.drafts.append(draft._replace(received_at=received_at, occurred_at=occurred_at, known_at=known_at))

    # -- writing them down

    def create(self, kind: Subject, subject: str, moment: datetime) -> None:
        """Told at once, or by a later message."""
        at = moment if self.rng.random() < 0.8 else self.moments.draw()
        self.put_change(kind, "created_at", subject, moment.isoformat(), moment, at)

    def set(self, scope: Subject, name: str, raw: object, value_at: datetime | None, at: datetime) -> None:
        self.put_change(scope, name, self.subject(scope), raw, value_at, at)

    def subject(self, kind: Subject | None = None) -> str:
        return f"{(kind or self.needs.kind)[0]}{self.rng.choice((1, 1, 1, 1, 1, 2))}"

    def move(self, person: str, old: str | None, new: str | None, at: datetime) -> None:
        """One fact for each account concerned, with the one that the person is in now."""
        first = len(self.drafts)
        for account in (old, new):
            if account is not None:
                self.put("firstwin.person.account", {"value": new}, at, account, person, clamp=True)
        times = self.drafts[first]
        self.drafts[first:] = [
            draft._replace(received_at=times.received_at, occurred_at=times.occurred_at, known_at=times.known_at)
            for draft in self.drafts[first:]
        ]

    def put_change(
        self, scope: Subject, name: str, subject: str, raw: object, value_at: datetime | None, at: datetime
    ) -> None:
        account, person = (subject, None) if scope == "account" else (self.rng.choice(("a1", None)), subject)
        full = f"firstwin.{scope}.{name}"
        self.put(full, {"value": raw}, at, account, person, value_at=value_at, clamp=True)

    def put(
        self,
        name: str,
        props: dict[str, Any],
        at: datetime,
        account: str | None,
        person: str | None,
        *,
        value_at: datetime | None = None,
        run: str | None = None,
        id: bool = False,  # noqa: A002 - the column's name
        clamp: bool = False,
    ) -> None:
        occurred_at, received_at, known_at = self.arrival(at)
        if clamp and self.rng.random() < 0.85:  # the others are ahead of a slot that is worked off a little late
            occurred_at = min(occurred_at, known_at)
        key = f"e{len(self.drafts)}" if id else None
        self.drafts.append(Draft(received_at, key, account, person, name, props, value_at, occurred_at, known_at, run))
        if at != LONG_AGO:
            self.moments.facts.append(value_at or occurred_at)

    def arrival(self, at: datetime) -> tuple[datetime, datetime, datetime]:
        """When it happened, when it came, and when it counts as known: at once, late, dated ahead, or imported."""
        chance = self.rng.random()
        if chance < 0.65 or at == LONG_AGO:
            return at, at, at
        if chance < 0.8:
            late = at + self.rng.choice(GAPS)
            return at, late, late
        other = self.moments.draw()
        if chance < 0.92:
            return at, other, other  # late or ahead, as it happens
        return at, max(at, other), at


@cache
def lengths_of(needs: Needs) -> list[timedelta]:
    return sorted(needs.lengths) or [HOUR, DAY]


@cache
def kinds_of_facts(needs: Needs) -> tuple[str, ...]:
    """The methods that write a fact, each as often as it is to be drawn."""
    often = {
        "happen": 12 if needs.events else 1,
        "change": 8 if needs.values else 0,
        "reach": 4 if needs.milestones else 0,
        "create_again": 1,
        "delete": 1,
        "change_zone": 4 if needs.has_calendar else 1,
        "move_someone": 4 if needs.has_people else 3 if needs.kind == "person" else 1,
        "nudge": 8 if needs.nudges else 0,
        "befall_someone": 2 if needs.has_people else 0,
    }
    return tuple(kind for kind, times in often.items() for _ in range(times))


# ---- starts, and whole cases ----------------------------------------------------------------------------------------


def begun(
    rng: Random, about: Term, slots: Sequence[datetime], kind: Subject = "account", facts: Sequence[Fact] = ()
) -> Begun:
    """A start near the boundaries of the slots, and of the facts if they are given."""
    needs = needs_of(about, kind)
    moments = Moments(rng, slots, lengths_of(needs), [fact.occurred_at for fact in facts])
    return Begun(moments.draw(), drawn(rng, needs.event_props))


def drawn(rng: Random, props: dict[str, list[Any]]) -> dict[str, Any]:
    return {prop: value for prop, values in props.items() if (value := rng.choice(values)) is not None}


def case(rng: Random, about: About, kind: Subject = "account", run: str = "live") -> tuple[list[Fact], list[datetime]]:
    """A history and the slots to look at it: drawn around the slots, or the slots around the facts."""
    slots = tick_times(rng, about, kind=kind)
    facts = history(rng, about, slots, kind, run)
    return (facts, slots) if rng.random() < 0.6 else (facts, tick_times(rng, about, facts, kind))


@st.composite
def cases(
    draw: st.DrawFn, about: About, kind: Subject = "account", run: str = "live"
) -> tuple[list[Fact], list[datetime]]:
    """``case`` for hypothesis, which then looks for the shortest history that shows a difference."""
    return case(draw(st.randoms(use_true_random=False)), about, kind, run)
