"""What a condition reads, the lengths of time in it, and when it could turn if nothing else happens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from firstwin.rules.terms import (
    All,
    AnyOf,
    Changed,
    Comparison,
    Count,
    Done,
    Existed,
    Latest,
    Measure,
    Moved,
    Named,
    NoneOf,
    Nudged,
    Open,
    People,
    Property,
    PropertyName,
    Reached,
    Subject,
    Term,
    This,
    Usage,
    Window,
)
from tests.match.naive_calendar import DAY, Unit, first_day, midnight, moment_named, zone_named
from tests.match.naive_facts import Fact
from tests.match.naive_terms import Started, holds


def parts_of(term: Term) -> Iterator[Term]:
    """The term itself and everything inside it."""
    yield term
    match term:
        case All(parts) | AnyOf(parts) | NoneOf(parts) | Done(parts):
            for part in parts:
                yield from parts_of(part)
        case Named(_, part) | People(_, part):
            yield from parts_of(part)


def of_the_subject(term: Term) -> Iterator[Term]:
    """The parts that are asked of the subject itself, and not of its people."""
    yield term
    match term:
        case All(parts) | AnyOf(parts) | NoneOf(parts) | Done(parts):
            for part in parts:
                yield from of_the_subject(part)
        case Named(_, part):
            yield from of_the_subject(part)


def comparisons_of(term: Term) -> Iterator[Comparison]:
    for part in parts_of(term):
        match part:
            case Property(comparisons=comparisons):
                yield from comparisons
            case (
                Count(where=where) | Usage(where=where) | Measure(where=where) | Latest(where=where) | Open(where=where)
            ):
                yield from (comparison for asked in where for comparison in asked.comparisons)


def windows_of(term: Term) -> Iterator[Window]:
    windowed = Count | Measure | Open | Existed | Moved | Changed | Nudged
    return (part.window for part in parts_of(term) if isinstance(part, windowed))


def has_calendar(term: Term) -> bool:
    """Whether it depends on where a day, a week or a month begins."""
    return any(map(is_of_the_calendar, parts_of(term)))


def is_of_the_calendar(part: Term) -> bool:
    by_day = isinstance(part, Measure) and part.what == "days"
    return by_day or isinstance(getattr(part, "window", None), This)


def durations(term: Term) -> set[timedelta]:
    """Every length of time that the term speaks of."""
    lengths = {comparison.value for comparison in comparisons_of(term)}
    lengths |= {length for window in windows_of(term) for length in astuple(window)}
    lengths |= {length for part in parts_of(term) if isinstance(part, Usage) for length in turns_of(part)}
    return {length for length in lengths if isinstance(length, timedelta)}


def turns_of(usage: Usage) -> set[timedelta]:
    """The ages at which an event comes to count otherwise: of people, in every stretch."""
    ages = {usage.length, usage.length + usage.previous}
    if usage.people:
        ages |= {usage.length * number for number in range(1, usage.previous // usage.length + 2)}
    return ages


def names_read(term: Term, kind: Subject) -> set[tuple[Subject, str]]:
    """Whose facts with which names the term depends on, for a rule about such a subject."""
    read: set[tuple[Subject, str]] = {(kind, f"firstwin.{kind}.created_at"), (kind, f"firstwin.{kind}.deleted")}
    for part in of_the_subject(term):
        read |= read_by(part, kind)
    for comparison in (c for part in of_the_subject(term) if isinstance(part, Property) for c in part.comparisons):
        read |= property_read(comparison.other)
    if any(map(is_of_the_calendar, of_the_subject(term))):
        read.add((kind, f"firstwin.{kind}.timezone"))
    if kind == "person" and any(whose == "account" for whose, _ in read):
        read.add(("person", "firstwin.person.account"))
    return read


def read_by(part: Term, kind: Subject) -> set[tuple[Subject, str]]:
    match part:
        case Count() | Measure() | Open() | Latest():
            return facts_read(part, kind)
        case Usage(names=names):
            return {(kind, name) for name in names}
        case Property(of) | Moved(of) | Changed(of):
            return property_read(of)
        case Reached(milestone):
            return {(kind, f"firstwin.milestone.{milestone}")}
        case Nudged(rule):
            return {(kind, f"firstwin.nudged.{rule}")}
        case People(_, inner):
            return {("account", name) for _, name in names_read(inner, "person")}
        case _:
            return set()


def facts_read(part: Count | Measure | Open | Latest, kind: Subject) -> set[tuple[Subject, str]]:
    match part:
        case Count(names=names, anyone=anyone):
            return {("account" if anyone else kind, name) for name in names}
        case Measure(names=names, anyone=anyone, of=of):
            return {("account" if anyone else kind, name) for name in names} | property_read(of)
        case Open(names, closed_by):
            return {(kind, name) for name in (*names, *closed_by)}
        case Latest(names):
            return {(kind, name) for name in names}


def property_read(of: PropertyName | None) -> set[tuple[Subject, str]]:
    if of is None or of.scope == "start":
        return set()
    return {(of.scope, f"firstwin.{of.scope}.{of.name}")}


def next_moment(
    term: Term,
    kind: Subject,
    subject: str,
    now: datetime,
    facts: Sequence[Fact],
    start: Started | None = None,
    zone: str = "UTC",
    run: str = "live",
) -> datetime | None:
    """The first moment after now at which the answer is another one, if nothing else happens; None if there is none.

    By brute force: every moment that a fact or the start names, each length of the term before and after it, and the
    beginning of every calendar period that follows one of them, is tried in turn.
    """
    answer = holds(term, kind, subject, now, facts, start, zone, run)
    for moment in sorted(turning_points(term, now, facts, start, zone)):
        if moment > now and holds(term, kind, subject, moment, facts, start, zone, run) != answer:
            return moment
    return None


def turning_points(term: Term, now: datetime, facts: Sequence[Fact], start: Started | None, zone: str) -> set[datetime]:
    named = {fact.occurred_at for fact in facts} | {fact.value_at for fact in facts if fact.value_at is not None}
    if start is not None:
        dates = {moment_named(raw, ZoneInfo(place)) for raw in start.props.values() for place in zones_in(facts, zone)}
        named |= {start.at} | {moment for moment in dates if moment is not None}
    points = {moment + sign * length for moment in named for length in durations(term) for sign in (-1, 1)} | named
    units = {window.unit for window in windows_of(term) if isinstance(window, This)}
    return points | {
        next_beginning(unit, moment, ZoneInfo(place))
        for unit in units
        for moment in named | {now}
        for place in zones_in(facts, zone)
    }


def zones_in(facts: Iterable[Fact], default: str) -> set[str]:
    said = [str(fact.props.get("value")) for fact in facts if fact.name.endswith(".timezone")]
    return {name for name in ["UTC", default, *said] if zone_named(name) is not None}


def next_beginning(unit: Unit, moment: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the first period that begins after the moment."""
    day = moment.astimezone(zone).date()
    while midnight(first_day(unit, day), zone) <= moment:
        day += DAY
    return midnight(first_day(unit, day), zone)
