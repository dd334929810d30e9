"""Which moment comes next in a test: the clock jumps from one at which something can happen to the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, product
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, null, select, union_all

from firstwin.db.tables import delivery, event, step_due, zone
from firstwin.db.types import json_text
from firstwin.match.boundary import Boundary, of_property
from firstwin.match.calendar import began, zone_of
from firstwin.match.episodes import boundaries_of
from firstwin.match.next_moment import LONGEST
from firstwin.match.scope import is_waiting
from firstwin.match.starts.yearly import lead_of
from firstwin.match.starts.years import YEAR, next_return
from firstwin.match.strikes import strikes_of
from firstwin.outbox.rows import IS_WAITING
from firstwin.rules.terms import NUDGED, BecomesStart, ChangedStart, DateStart, EventStart, Rule
from firstwin.rules.terms_clock import ClockStart
from firstwin.tick.slots import slot_of

MICROSECOND = timedelta(microseconds=1)
HELD_EVERY, HELD_FOR = timedelta(minutes=15), timedelta(days=8)  # what is due and did not go
STRIKES_WITHIN = (timedelta(days=2), timedelta(days=9), timedelta(days=33))
CALENDAR_FOR = timedelta(days=40)  # the facts of one period matter until the next, and none is longer

_FACTS = select(
    event.c.seq,
    event.c.name,
    event.c.occurred_at,
    event.c.known_at,
    event.c.value_at,
    json_text(event.c.props, "value"),
)
_STEPS = select(null(), null(), step_due.c.due_at, null(), null(), null()).where(
    step_due.c.run == bindparam("run"), is_waiting(step_due)
)
_MESSAGES = select(null(), delivery.c.destination, delivery.c.due_at, null(), null(), null()).where(
    delivery.c.run == bindparam("run"), IS_WAITING
)
_ALL = union_all(_FACTS.where(event.c.seq > bindparam("last")), _STEPS, _MESSAGES)
_ZONES = select(zone.c.name)


@dataclass(frozen=True)
class Fact:
    name: str
    at: datetime
    known: datetime
    value: datetime | None
    written: str | None = None  # the value as a text


@dataclass(frozen=True)
class Ahead:
    """``at`` is the next slot at which something can happen, None if nothing can any more; ``to`` where messages are due now."""

    at: datetime | None
    to: frozenset[str]


class Moments:
    """``zones`` are those of the project, ``said`` the moments that the test names itself. All of them are slots of the grid on which the worker looks."""

    def __init__(
        self, rules: Collection[Rule], every: timedelta, zones: Collection[str], said: Collection[datetime]
    ) -> None:
        self._every = every
        self._zones = tuple(zones)
        self._said = tuple(said)
        self._boundaries = _by_name(rules)
        self._units = {one.period for found in self._boundaries.values() for one in found if one.period}
        self._yearly = [rule for rule in rules if isinstance(rule.when, DateStart) and rule.when.yearly]
        self._clocks = [rule.when for rule in rules if isinstance(rule.when, ClockStart)]
        self._facts: list[Fact] = []  # those read so far: none is ever changed
        self._last = 0

    def slot(self, moment: datetime) -> datetime:
        """When the worker first looks, at or after this moment."""
        return slot_of(moment + self._every - MICROSECOND, self._every)

    def after(self, connection: Connection, run: str, now: datetime) -> Ahead:
        """What comes after this moment, once the rules have been looked at."""
        due: list[datetime] = []
        to: set[str] = set()
        for seq, name, at, known, value, text in connection.execute(_ALL, {"run": run, "last": self._last}):
            if seq is not None:
                self._facts.append(Fact(name, at, known, value, text))
                self._last = max(self._last, seq)
                continue
            due.append(at)
            if name is not None and at <= now:
                to.add(name)
        return Ahead(self._following(connection, now, due), frozenset(to))

    def _following(self, connection: Connection, now: datetime, due: Collection[datetime]) -> datetime | None:
        ahead = [at for at in (*self._said, *due, *self._of_facts()) if at > now]
        last = max((*self._said, *due, *(fact.known for fact in self._facts)), default=now)
        if self._units and now < last + CALENDAR_FOR:
            ahead += self._of_calendar(connection, now)
        if self._yearly:
            ahead += self._of_years(connection, self._facts, now)
        if self._clocks:
            ahead += self._of_clocks(connection, now)
        if min(due, default=last) <= now < last + HELD_FOR and due:
            ahead.append(slot_of(now, HELD_EVERY) + HELD_EVERY)
        return self.slot(min(ahead)) if ahead else None

    def _of_facts(self) -> Iterator[datetime]:
        """A fact is heard of, becomes present, and crosses the boundaries of states."""
        for fact in self._facts:
            boundaries = self._boundaries.get(fact.name, ())
            if boundaries:  # a nudge is told after the look that brought it
                yield fact.known + MICROSECOND if fact.name.startswith(NUDGED) else fact.known
            for boundary in boundaries:
                at = fact.value if boundary.of == "value" else fact.at
                if at is not None and boundary.period is None:
                    yield at + boundary.age

    def _of_calendar(self, connection: Connection, now: datetime) -> Iterator[datetime]:
        for place in self._places(connection):
            yield from (began(unit, place, began(unit, place, now) + LONGEST[unit]) for unit in self._units)

    def _of_clocks(self, connection: Connection, now: datetime) -> Iterator[datetime]:
        """The next strike of each clock in each zone that anybody is in."""
        for place, clock in product(self._places(connection), self._clocks):
            found = (strikes_of(clock, {"": place}, now, now + within).of("") for within in STRIKES_WITHIN)
            yield from (strikes[0].at for strikes in islice(filter(None, found), 1))

    def _of_years(self, connection: Connection, facts: Iterable[Fact], now: datetime) -> Iterator[datetime]:
        """When each date comes round next, wherever that is, and how long before it the rule begins."""
        dated = [fact for fact in facts if fact.value is not None]
        for place, rule, fact in product(self._places(connection), self._yearly, dated):
            if fact.written and isinstance(rule.when, DateStart) and fact.name == f"firstwin.{rule.when.of}":
                lead = lead_of(rule)
                found = next_return(fact.written, place.key, rule.when.at, now - lead, int(fact.written[:YEAR]))
                if found is not None:
                    yield found[1] + lead

    def _places(self, connection: Connection) -> list[ZoneInfo]:
        names = {*self._zones, *connection.execute(_ZONES).scalars()}
        return [place for place in map(zone_of, sorted(names)) if place is not None]


def _by_name(rules: Iterable[Rule]) -> Mapping[str, Collection[Boundary]]:
    """Where something may begin or end for a rule, by the name of the fact; for a state the same as for its ticks.

    What is read by gates alone is no such fact: they are asked when a step is due.
    """
    found: defaultdict[str, set[Boundary]] = defaultdict(set)
    for boundary in (boundary for rule in rules for boundary in _beginnings(rule)):
        found[boundary.name].add(boundary)
    return found


def _beginnings(rule: Rule) -> Iterable[Boundary]:
    match rule.when:
        case EventStart(names):
            return {Boundary(name) for name in names}
        case BecomesStart(condition):
            return boundaries_of(condition, rule.about)
        case DateStart(of) | ChangedStart(of):
            return of_property(of, (), rule.about)
        case ClockStart():
            return ()
