"""Goes through a term and its parts, for questions about the whole."""

from __future__ import annotations

from collections.abc import Iterator

from firstwin.rules.terms import (
    All,
    AnyOf,
    Changed,
    ChangedStart,
    Comparison,
    Count,
    DateStart,
    Done,
    EventStart,
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
    Rule,
    Scalar,
    Start,
    Term,
    This,
    Usage,
    conditions,
)
from firstwin.rules.terms_clock import ClockStart

MEMBER = "firstwin.person.account"  # which account a person is in


def walk(term: Term) -> Iterator[Term]:
    """The term itself, and every part of it."""
    yield term
    match term:
        case All(parts) | AnyOf(parts, _) | NoneOf(parts) | Done(parts):
            for part in parts:
                yield from walk(part)
        case Named(_, part) | People(_, part):
            yield from walk(part)
        case _:
            return


def of_the_subject(term: Term) -> Iterator[Term]:
    """The term and its parts, but for those that are asked of each person of an account."""
    yield term
    match term:
        case All(parts) | AnyOf(parts, _) | NoneOf(parts) | Done(parts):
            for part in parts:
                yield from of_the_subject(part)
        case Named(_, part):
            yield from of_the_subject(part)
        case _:
            return


def properties(term: Term) -> Iterator[PropertyName]:
    """Every property of the subject that the term asks about."""
    for part in of_the_subject(term):
        match part:
            case Property(of, comparisons):
                yield of
                yield from (comparison.other for comparison in comparisons if comparison.other)
            case Moved(of) | Changed(of):
                yield of
            case Measure(of=PropertyName() as of):
                yield of
            case _:
                continue


def asks_a_person(term: Term) -> bool:
    return any(name.scope == "person" for name in properties(term))


def asks_of_people(term: Term) -> bool:
    """Whether it speaks of the people of an account, so that it makes no sense about one person."""
    return any(isinstance(part, People) or (isinstance(part, Usage) and part.people) for part in of_the_subject(term))


def reads(term: Term, about: str) -> frozenset[str]:
    """The names of the facts that the term depends on."""
    return frozenset(name for part in of_the_subject(term) for name in _read_by(part, about))


def _read_by(part: Term, about: str) -> Iterator[str]:  # noqa: C901 - one case for each
    match part:
        case Count(names, window, anyone=anyone):
            yield from names
            yield from (MEMBER,) if anyone and about == "person" else ()
            yield from (f"firstwin.{about}.timezone",) if isinstance(window, This) else ()
        case Measure():
            yield from _read_by_measure(part, about)
        case Open(names, closed_by):
            yield from (*names, *closed_by)
        case Latest(names):
            yield from names
        case Existed(window):
            yield f"firstwin.{about}.created_at"
            yield from (f"firstwin.{about}.timezone",) if isinstance(window, This) else ()
        case Usage(names):
            yield from names
        case Nudged(rule):
            yield f"firstwin.nudged.{rule}"
        case People(_, inner):
            yield from {MEMBER, *reads(inner, "person")}
        case Moved(window=window) | Changed(window=window):
            yield from _read_of_properties(part, about)
            yield from (f"firstwin.{about}.timezone",) if isinstance(window, This) else ()
        case Property():
            yield from _read_of_properties(part, about)
        case Reached(milestone):
            yield f"firstwin.milestone.{milestone}"
        case _:
            return


def _read_by_measure(part: Measure, about: str) -> Iterator[str]:
    yield from part.names
    yield from (MEMBER,) if part.anyone and about == "person" else ()
    yield from (f"firstwin.{about}.timezone",) if part.what == "days" or isinstance(part.window, This) else ()
    yield from _read_of_properties(part, about)


def _read_of_properties(part: Term, about: str) -> Iterator[str]:
    asked = [name for name in properties(part) if name.scope != "start"]
    yield from (f"firstwin.{name}" for name in asked)
    yield from (MEMBER for name in asked if (about, name.scope) == ("person", "account"))


def read_by_rule(rule: Rule) -> frozenset[str]:
    """The names of the facts that a rule depends on: its start's, and those of all its conditions."""
    return frozenset(_starting(rule.when, rule.about)).union(*(reads(term, rule.about) for term in conditions(rule)))


def _starting(start: Start, about: str) -> Iterator[str]:
    match start:
        case EventStart(names):
            yield from names
        case DateStart(name) | ChangedStart(name):
            yield f"firstwin.{name}"
        case ClockStart(zone="csm"):
            yield from ("firstwin.account.csm", f"firstwin.{about}.created_at")
        case ClockStart(zone="account" | "person" as whose):
            yield from (f"firstwin.{whose}.timezone", f"firstwin.{about}.created_at")
        case _:
            return


def asked_segments(rule: Rule) -> frozenset[str]:
    """The names of the segments that a rule asks for, directly or through others."""
    return frozenset(part.name for term in conditions(rule) for part in walk(term) if isinstance(part, Named))


def is_negative(term: Term) -> bool:
    """Whether it says that something did not happen."""
    match term:
        case Count(at_most=0) | NoneOf():
            return True
        case All((Count(at_most=0), Existed())):
            return True
        case _:
            return False


def holds_at_birth(term: Term) -> bool:
    """Whether it is true of a subject that has just been created, and of which nothing is known."""
    match term:
        case Count() | Measure() | Open() | Done():
            return _nothing_will_do(term)
        case People(how, _):
            return how == "no"
        case NoneOf(parts):
            return not any(map(holds_at_birth, parts))
        case All(parts):
            return all(map(holds_at_birth, parts))
        case AnyOf(parts, at_least):
            return sum(map(holds_at_birth, parts)) >= at_least
        case Named(_, part):
            return holds_at_birth(part)
        case Property(_, comparisons):
            return all(comparison.op == "exists" and comparison.value is False for comparison in comparisons)
        case _:
            return False


def _nothing_will_do(term: Count | Measure | Open | Done) -> bool:
    """A share of what is not known is never reached, be it of nothing."""
    is_share = isinstance(term, Measure) and term.of is not None
    return not is_share and (term.at_least or 0) <= 0 <= (term.at_most or 0)


def contradicting(joined: All) -> Iterator[PropertyName]:
    """Properties of which two parts ask for different values at once."""
    wanted: dict[PropertyName, frozenset[Scalar]] = {}
    for part in joined.parts:
        if isinstance(part, Property):
            for comparison in part.comparisons:
                yield from _excluded(part.of, comparison, wanted)


def _excluded(
    name: PropertyName, comparison: Comparison, wanted: dict[PropertyName, frozenset[Scalar]]
) -> Iterator[PropertyName]:
    if comparison.op != "is" or not isinstance(comparison.value, tuple):
        return
    values = frozenset(comparison.value)
    if name in wanted and not wanted[name] & values:
        yield name
    wanted[name] = wanted.get(name, values) & values
