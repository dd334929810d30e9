"""Whether a condition holds of a subject at a moment: what every term means, in plain loops over a list of facts."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import partial
from typing import Any, Protocol, TypeGuard
from zoneinfo import ZoneInfo

from firstwin.rules.terms import (
    All,
    AnyOf,
    BeforeStart,
    Between,
    Changed,
    Comparison,
    Count,
    Done,
    Ever,
    Existed,
    InLast,
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
    SinceStart,
    Subject,
    Term,
    This,
    Usage,
    Where,
    Window,
    Within,
)
from tests.match import naive_aggregates, naive_changes
from tests.match.naive_calendar import first_day, midnight, moment_named, zone_named
from tests.match.naive_facts import Fact, concerns, happened


class Started(Protocol):
    """The start that a condition may ask about: its moment, and what it brought."""

    @property
    def at(self) -> datetime: ...
    @property
    def props(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Begun:
    """A start of which nothing else matters."""

    at: datetime
    props: Mapping[str, Any]


@dataclass(frozen=True)
class Value:
    """A property's value; ``at`` is the moment that it names, when it is a date. Nothing at all is missing."""

    raw: Any = None
    at: datetime | None = None


MISSING = Value()


def holds(
    term: Term,
    kind: Subject,
    subject: str,
    now: datetime,
    facts: Iterable[Fact],
    start: Started | None = None,
    zone: str = "UTC",
    run: str = "live",
) -> bool:
    """Whether the condition holds of the subject at ``now``, by the facts seen so far (``visible``).

    ``zone`` is the project's. Of a subject that does not exist at ``now``, nothing holds.
    """
    scene = Scene(kind, subject, now, happened(facts, now, run), start, zone)
    return scene.subject_exists() and is_true(term, scene)


def is_true(term: Term, scene: Scene) -> bool:
    match term:
        case Count() | Measure() | Open() | Latest():
            return is_true_of_facts(term, scene)
        case Existed(window):
            created = scene.own("created_at").at
            return created is not None and created <= beginning(window, scene)
        case Property(of, comparisons):
            return all(fits(scene.property(of), comparison, scene) for comparison in comparisons)
        case Reached(milestone):
            return any(fact.name == f"firstwin.milestone.{milestone}" for fact in scene.facts_of(scene.kind))
        case All() | AnyOf() | NoneOf() | Named() | Done():
            return is_true_of_parts(term, scene)
        case Usage() | Moved() | Changed() | Nudged() | People():
            return naive_changes.is_true(term, scene)


def is_true_of_parts(term: All | AnyOf | NoneOf | Named | Done, scene: Scene) -> bool:
    match term:
        case All(parts):
            return all(is_true(part, scene) for part in parts)
        case AnyOf(parts, at_least):
            return sum(is_true(part, scene) for part in parts) >= at_least
        case NoneOf(parts):
            return not any(is_true(part, scene) for part in parts)
        case Named(_, part):
            return is_true(part, scene)
        case Done(parts):
            return naive_aggregates.within(sum(is_true(part, scene) for part in parts), term)


def is_true_of_facts(term: Count | Measure | Open | Latest, scene: Scene) -> bool:
    match term:
        case Count(at_least=at_least, at_most=at_most):
            number = len(counted(term, scene))
            return (at_least is None or number >= at_least) and (at_most is None or number <= at_most)
        case Measure():
            whole = MISSING if term.of is None else scene.property(term.of)
            return naive_aggregates.enough(term, counted(term, scene), scene.zone(), whole.raw)
        case Open():
            open_ones = naive_aggregates.open_ones(term, scene.facts_of(scene.kind), partial(opens, term, scene))
            return naive_aggregates.within(len(open_ones), term)
        case Latest(names, where):
            newest = naive_aggregates.newest(names, scene.facts_of(scene.kind))
            return newest is not None and fits_where(newest, where, scene)


@dataclass(frozen=True)
class Scene:
    """What a condition is judged by: a subject, a moment, the facts up to then, and perhaps a start.

    ``asked_by`` is the account that asks each of its people.
    """

    kind: Subject
    subject: str
    now: datetime
    facts: Sequence[Fact]
    start: Started | None
    default_zone: str
    asked_by: str | None = None

    def subject_exists(self) -> bool:
        created = self.own("created_at").at
        return created is not None and created <= self.now and self.own("deleted").raw is not True

    def own(self, name: str) -> Value:
        return self.newest(self.kind, self.subject, name)

    def newest(self, kind: Subject, subject: str | None, name: str) -> Value:
        """The value that the last change said, by the time of the change, not of its arrival."""
        value = MISSING
        for fact in self.facts:
            if fact.name == f"firstwin.{kind}.{name}" and concerns(fact, kind, subject):
                value = Value(fact.props.get("value"), fact.value_at)
        return value

    def property(self, of: PropertyName) -> Value:
        if of.scope == "start":
            return self.of_start(of.name)
        return self.newest(of.scope, self.owner(of.scope), of.name)

    def of_start(self, name: str) -> Value:
        if self.start is None:
            return MISSING
        if name == "at":
            return Value(self.start.at.isoformat(), self.start.at)
        raw = self.start.props.get(name)
        return Value(raw, moment_named(raw, self.zone()))

    def owner(self, of: Subject) -> str | None:
        """Whose facts are meant by ``account.`` and ``person.``; in a rule about accounts nobody's by the second."""
        if of == "account":
            return self.account()
        return self.subject if self.kind == "person" else None

    def account(self) -> str | None:
        """The account itself, or the one that the person is in now."""
        if self.kind == "account":
            return self.subject
        account = self.asked_by or self.own("account").raw
        return account if isinstance(account, str) else None

    def facts_of(self, kind: Subject) -> list[Fact]:
        owner = self.owner(kind)
        return [fact for fact in self.facts if concerns(fact, kind, owner)]

    def zone(self) -> ZoneInfo:
        """The subject's own time zone, then the project's, then UTC."""
        return zone_named(self.own("timezone").raw) or zone_named(self.default_zone) or ZoneInfo("UTC")


def counted(count: Count | Measure, scene: Scene) -> list[Fact]:
    return [
        fact
        for fact in scene.facts_of("account" if count.anyone else scene.kind)
        if fact.name in count.names
        and in_window(fact.occurred_at, count.window, scene)
        and fits_where(fact, count.where, scene)
        and (count.same is None or shares_with_start(fact, count.same, scene))
    ]


def opens(term: Open, scene: Scene, fact: Fact) -> bool:
    return in_window(fact.occurred_at, term.window, scene) and fits_where(fact, term.where, scene)


def in_window(at: datetime, window: Window, scene: Scene) -> bool:
    """``at`` is never after now: the scene holds no such facts."""
    match window:
        case Ever():
            return True
        case InLast(length):
            return scene.now - length < at
        case Between(older, newer):
            return scene.now - older < at <= scene.now - newer
        case This():
            return beginning(window, scene) <= at
        case SinceStart():
            return scene.start is not None and scene.start.at < at
        case Within(length):
            return scene.start is not None and scene.start.at < at <= scene.start.at + length
        case BeforeStart(length):
            return scene.start is not None and scene.start.at - length <= at < scene.start.at


def beginning(window: InLast | Between | This, scene: Scene) -> datetime:
    match window:
        case InLast(length):
            return scene.now - length
        case Between(older, _):
            return scene.now - older
        case This(unit):
            return midnight(first_day(unit, scene.now.astimezone(scene.zone()).date()), scene.zone())


def fits_where(fact: Fact, where: Iterable[Where], scene: Scene) -> bool:
    return all(
        fits(Value(fact.props.get(asked.prop)), comparison, scene)
        for asked in where
        for comparison in asked.comparisons
    )


def shares_with_start(fact: Fact, prop: str, scene: Scene) -> bool:
    wanted = None if scene.start is None else scene.start.props.get(prop)
    return wanted is not None and same(fact.props.get(prop), wanted)


# ---- comparing ------------------------------------------------------------------------------------------------------

ORDERS: dict[str, Callable[[float, float], bool]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "more_than": operator.gt,
    "less_than": operator.lt,
}


def fits(value: Value, comparison: Comparison, scene: Scene) -> bool:
    """A missing value fits nothing but ``exists: false``."""
    if comparison.op == "exists":
        return (value.raw is not None) is comparison.value
    if value.raw is None:
        return False
    match comparison:
        case Comparison("is", tuple(wanted)):
            return any(same(value.raw, one) for one in wanted)
        case Comparison("is_not", tuple(unwanted)):
            return not any(same(value.raw, one) for one in unwanted)
        case Comparison("contains", str(part)):
            return part in value.raw if isinstance(value.raw, str | list) else False
        case Comparison("matches", str(pattern)):
            return isinstance(value.raw, str) and looks_like(value.raw, pattern)
        case Comparison(op, timedelta() as length):
            return value.at is not None and fits_time(value.at, op, length, scene.now)
        case _:
            return is_number(value.raw) and fits_order(float(value.raw), comparison, scene)


def fits_time(at: datetime, op: str, length: timedelta, now: datetime) -> bool:
    match op:
        case "in_last":
            return now - length < at <= now
        case "in_next":
            return now < at <= now + length
        case _:
            return at <= now - length  # older_than


def fits_order(own: float, comparison: Comparison, scene: Scene) -> bool:
    """A number against a limit, perhaps in relation to another property; never true when that one is no number."""
    if not is_number(comparison.value):
        return False
    number, order = float(comparison.value), ORDERS[comparison.op]
    if comparison.relation is None or comparison.other is None:
        return order(own, number)
    other = scene.property(comparison.other).raw
    if not is_number(other):
        return False
    match comparison.relation:
        case "of":
            return order(own, float(naive_aggregates.share(number) * Fraction(other)))
        case "above":
            return order(own - float(other), number)
        case "below":
            return order(float(other) - own, number)


def is_number(raw: object) -> TypeGuard[float]:
    return isinstance(raw, int | float) and not isinstance(raw, bool)


def same(one: object, other: object) -> bool:
    """A number equals only a number, a text only a text, true and false only themselves."""
    return one == other and ((is_number(one) and is_number(other)) or type(one) is type(other))


def looks_like(text: str, pattern: str) -> bool:
    """``*`` stands for anything, every other sign for itself."""
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), text, re.DOTALL) is not None
