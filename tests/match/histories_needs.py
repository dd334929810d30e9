"""What a history must hold to matter to a condition or a rule: its names, values near its limits, its lengths of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from firstwin.rules.terms import (
    NUDGED,
    BecomesStart,
    Changed,
    ChangedStart,
    Comparison,
    Count,
    DateStart,
    EventStart,
    Latest,
    Measure,
    Moved,
    Nudged,
    Open,
    People,
    Property,
    PropertyName,
    Reached,
    Rule,
    Scalar,
    Subject,
    Term,
    Usage,
    Where,
    conditions,
)
from firstwin.rules.terms_clock import ClockStart
from tests.match.naive_memory import ORDINARY
from tests.match.naive_reading import durations, has_calendar, parts_of

About = Term | Rule | tuple[Rule, ...]
Owned = tuple[Subject, str]  # whose property, and its name

MILESTONE = "firstwin.milestone."
INVOICES = ("i1", "i1", "i1", "i1", "i2", 7, "7", None)
NUMBERS = (2, 4, 8, "4", None)  # of a property that another is compared with


@dataclass(eq=False)
class Needs:
    """``event_props`` and ``values`` hold what may stand there, with None for nothing."""

    kind: Subject
    events: set[str] = field(default_factory=set)
    event_props: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    values: dict[Owned, list[Any]] = field(default_factory=lambda: defaultdict(list))
    dates: set[Owned] = field(default_factory=set)
    milestones: set[str] = field(default_factory=set)
    lengths: set[timedelta] = field(default_factory=set)
    nudges: set[tuple[str, str]] = field(default_factory=set)  # of which rule and step
    has_calendar: bool = False
    has_years: bool = False  # a date comes round each year
    has_people: bool = False  # who is asked besides the account
    clocks: set[ClockStart] = field(default_factory=set)
    event_dates: set[str] = field(default_factory=set)  # properties of events that hold a date
    several: int = 1  # how many events it may take
    has_many_people: bool = False

    def add_rule(self, rule: Rule) -> None:
        self.add_lengths(rule)
        for term in conditions(rule):
            self.add_term(term)
        match rule.when:
            case ClockStart() as clock:
                self.clocks.add(clock)
                self.has_calendar = True
                self.lengths |= {timedelta(days=1), timedelta(days=7)}
                if clock.zone == "csm":
                    self.values["account", "csm"] += ["ann", "bob", "nobody", None]
            case EventStart(names, where, per, which, date, at):
                self.add_events(names, where, per)
                self.event_dates |= {date} if date is not None else set()
                self.add_day(False, at)
                self.several = max(self.several, which if isinstance(which, int) else 1)
            case DateStart(of, yearly, at):
                self.add_property(of, ["soon", None])
                self.add_date(of)
                self.add_day(yearly, at)
            case ChangedStart(of, old, new):
                self.add_property(of, ["free", "other", None, *(old or ()), *(new or ())])
            case BecomesStart():
                pass  # its condition is one of the rule's

    def add_day(self, yearly: bool, at: str | None) -> None:
        """Of a date that comes round, or of whose day a time counts: then time zones matter."""
        self.has_years |= yearly
        self.has_calendar |= yearly or at is not None
        if at is not None:
            self.lengths.add(timedelta(hours=int(at[:2]), minutes=int(at[3:])))

    def add_lengths(self, rule: Rule) -> None:
        lifetimes = {rule.expires_after} if rule.expires_after else set(ORDINARY.expires_after.values())
        waits = {abs(step.wait) for step in rule.steps}
        late = {wait + more for wait in waits for more in {ORDINARY.grace, *lifetimes}}
        self.lengths |= waits | late | {rule.backfill, rule.again.after, ORDINARY.grace, *lifetimes}

    def add_term(self, term: Term) -> None:
        self.lengths |= durations(term)
        self.has_calendar |= has_calendar(term)
        for part in parts_of(term):
            match part:
                case Count(names, _, at_least, at_most, where, same):
                    self.add_events(names, where, same)
                    self.several = max(self.several, at_least or 1, at_most or 1)
                case Measure():
                    self.add_measure(part)
                case Open(names, closed_by, per, at_least, at_most, where):
                    self.add_events((*names, *closed_by), where, per)
                    self.several = max(self.several, at_least or 1, at_most or 1)
                case Latest(names, where):
                    self.add_events(names, where, None)
                case Property(of, comparisons):
                    for comparison in comparisons:
                        self.add_comparison(of, comparison)
                case Reached(milestone):
                    self.milestones.add(milestone)
                case Usage() | Moved() | Changed() | Nudged() | People():
                    self.add_changing(part)
                case _:
                    continue

    def add_changing(self, part: Usage | Moved | Changed | Nudged | People) -> None:
        match part:
            case Usage(names, floor=floor, where=where, people=people):
                self.add_events(names, where, None)
                self.several = max(self.several, floor, 4 if people else 2)
            case Moved(of, _, by):
                self.add_property(of, [0, by, by, 2 * by, 3 * by, 10 * by, "10", None])
            case Changed(of, _, old, new):
                self.add_property(of, ["free", "other", None, *(old or ()), *(new or ())])
            case Nudged(rule, _, step):
                self.nudges.add((rule, step or ""))
            case People():
                self.has_people = True

    def add_events(self, names: tuple[str, ...], where: tuple[Where, ...], told_apart_by: str | None) -> None:
        self.milestones |= {name.removeprefix(MILESTONE) for name in names if name.startswith(MILESTONE)}
        self.events |= {name for name in names if not name.startswith((MILESTONE, NUDGED))}
        for asked in where:
            self.event_props[asked.prop] += [value for one in asked.comparisons for value in values_near(one)]
        if told_apart_by is not None:
            self.event_props[told_apart_by] += INVOICES

    def add_measure(self, measure: Measure) -> None:
        self.add_events(measure.names, measure.where, measure.same)
        bounds = [int(bound) for bound in (measure.at_least, measure.at_most) if bound is not None]
        if measure.of is not None:
            self.add_property(measure.of, list(NUMBERS))
        if measure.what == "total":
            self.event_props[measure.prop] += amounts(*bounds)
        self.several = max(
            self.several, 2 if measure.what == "total" else 1, *bounds if measure.what != "total" else ()
        )
        self.has_many_people |= measure.what == "people"

    def add_comparison(self, of: PropertyName, comparison: Comparison) -> None:
        self.add_property(of, list(values_near(comparison)))
        if isinstance(comparison.value, timedelta) or of.name == "trial_ends_at":
            self.add_date(of)
        if comparison.other is not None:
            self.add_property(comparison.other, list(NUMBERS))

    def add_property(self, of: PropertyName, values: list[Any]) -> None:
        if of.scope == "start":
            self.event_props[of.name] += values
        else:
            self.values[of.scope, of.name] += values

    def add_date(self, of: PropertyName) -> None:
        if of.scope != "start":
            self.dates.add((of.scope, of.name))


@cache
def needs_of(about: About, kind: Subject) -> Needs:
    rules = about if isinstance(about, tuple) else (about,) if isinstance(about, Rule) else ()
    needs = Needs(rules[0].about if rules else kind)
    for rule in rules:
        needs.add_rule(rule)
    if not isinstance(about, Rule | tuple):
        needs.add_term(about)
    return needs


def values_near(comparison: Comparison) -> Iterator[Any]:
    """Values that fit and values that nearly do; None for none."""
    yield None
    match comparison:
        case Comparison("exists"):
            yield from ("x", 0, False, "")
        case Comparison(_, tuple(wanted)):
            yield "other"
            yield from (value for one in wanted for value in (one, one, one, *of_another_type(one)))
        case Comparison("contains", str(part)):
            yield from (part, f"a {part} b", [part, "x"], part.upper(), [part], ["x", part], [f"{part}x"], 5)
        case Comparison("matches", str(pattern)):
            yield from texts_near(pattern)
        case Comparison(_, timedelta()):
            yield "soon"
        case Comparison(_, int() | float() as number):
            yield "10"
            for limit in limits(number, comparison):
                yield from (limit - 1, limit, limit, limit + 1, limit + 1)


def amounts(*bounds: int) -> list[Any]:
    """What adds up to a bound, or nearly; and what adds nothing."""
    near = [amount for bound in bounds for amount in (bound, bound / 2, bound / 2, bound - 0.01, 0.01)]
    return [*near, 1, 2, 4, -1, 0.1, 0.2, "10", True, [5], None]


def of_another_type(value: Scalar) -> tuple[Scalar, ...]:
    """What a careless comparison would take for the same."""
    match value:
        case bool():
            return str(value).lower(), int(value)
        case str():
            return (value.capitalize(),)
        case _:
            return str(value), value == 1


def texts_near(pattern: str) -> Iterator[Any]:
    whole = pattern.replace("*", "and so on")
    yield from (pattern.replace("*", ""), whole, whole, whole, whole, whole + "!", "!" + whole, whole.upper(), [whole])
    yield from (whole.replace(sign, "x") for sign in "%_?[].\\" if sign in whole)


def limits(number: float, comparison: Comparison) -> list[float]:
    """The limit itself, or those that it is with the likely numbers of the other property."""
    others = [other for other in NUMBERS if isinstance(other, int)]
    match comparison.relation:
        case None:
            return [number]
        case "of":
            return [other * number for other in others]
        case "above":
            return [other + number for other in others]
        case "below":
            return [other - number for other in others]
