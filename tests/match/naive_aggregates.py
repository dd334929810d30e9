"""The referee's reading of people, days, totals, what is open, the newest, and how many are done: plain loops."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from zoneinfo import ZoneInfo

from firstwin.rules.terms import Done, Measure, Open
from tests.match.naive_facts import Fact


def enough(measure: Measure, counted: Iterable[Fact], zone: ZoneInfo, whole: object) -> bool:
    """Whether what is measured lies between the bounds; where they are shares, of ``whole``, which must be a number."""
    number = measured(measure, list(counted), zone)
    if measure.of is None:
        return within(number, measure)
    if not isinstance(whole, int | float) or isinstance(whole, bool):
        return False
    least, most = (
        None if bound is None else share(bound) * Fraction(whole) for bound in (measure.at_least, measure.at_most)
    )
    return (least is None or number >= least) and (most is None or number <= most)


def share(bound: float) -> Fraction:
    """Percents have two decimals at most: 0.55 is 55 of 100, whatever a computer makes of it."""
    return Fraction(round(bound * 10_000), 10_000)


def measured(measure: Measure, counted: list[Fact], zone: ZoneInfo) -> Fraction | float:
    match measure.what:
        case "people":
            return len({fact.person_id for fact in counted if fact.person_id is not None})
        case "days":
            return len({fact.occurred_at.astimezone(zone).date() for fact in counted})
        case "total":
            amounts = [fact.props.get(measure.prop) for fact in counted]
            return float(sum(Fraction(str(amount)) for amount in amounts if is_number(amount)))


def is_number(raw: object) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool)


def within(number: Fraction | float, term: Measure | Open | Done) -> bool:
    return (term.at_least is None or number >= term.at_least) and (term.at_most is None or number <= term.at_most)


def open_ones(term: Open, facts: Iterable[Fact], opens: Callable[[Fact], bool]) -> set[tuple[type, object]]:
    """The values that were opened and neither closed at that moment nor after it. A number is one, however written."""
    opened: dict[tuple[type, object], Fact] = {}
    closed: dict[tuple[type, object], Fact] = {}
    for fact in facts:
        value = fact.props.get(term.per)
        if not isinstance(value, str | bool | int | float):
            continue
        key = (float if is_number(value) else type(value), value)
        if fact.name in term.names and opens(fact):
            opened[key] = fact
        if fact.name in term.closed_by:
            closed[key] = fact
    return {key for key, fact in opened.items() if key not in closed or closed[key].occurred_at < fact.occurred_at}


def newest(names: Iterable[str], facts: Iterable[Fact]) -> Fact | None:
    """Facts come in the order of their time, those of one moment in the order of the table."""
    found = None
    for fact in facts:
        if fact.name in names:
            found = fact
    return found
