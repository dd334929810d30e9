"""What each term of a condition answers: when it may change, whether it holds, and what shows it. One class a term."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, FromClause, Integer, Select, Text, and_, cast, func, not_, null, or_, select, true
from sqlalchemy.sql.expression import false

from firstwin.db.types import Instant, json_bool, json_number, json_text, json_value, shift
from firstwin.match import boundary
from firstwin.match.boundary import NOW_ON, Boundaries, Boundary
from firstwin.match.compare import Value, all_hold
from firstwin.match.scope import Scope, StartColumns, certain, some
from firstwin.match.seen import NOW
from firstwin.rules import terms
from firstwin.rules.terms import PropertyName, Subject, Term

JsonKind = Callable[[ColumnElement[Any], str], ColumnElement[Any]]  # json_number and its like


@dataclass(frozen=True)
class Shown:
    """The evidence columns of one clause: how many facts, the newest of them, the value; NULL where it is not asked."""

    count: ColumnElement[Any]
    last_at: ColumnElement[Any]
    value: ColumnElement[Any]


def _shown(
    count: ColumnElement[Any] | None = None,
    last_at: ColumnElement[Any] | None = None,
    value: ColumnElement[Any] | None = None,
) -> Shown:
    return Shown(
        cast(null(), Integer) if count is None else count,
        cast(null(), Instant()) if last_at is None else last_at,
        cast(null(), Text) if value is None else value,
    )


class Word(Protocol):
    """What matching asks of a term."""

    def boundaries(self, kind: Subject) -> Boundaries:
        """Where the clock, or a new fact of that name, may change it."""

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        """SQL, true or false and never NULL, for the scope's subject at ``now``."""

    def shown(self, scope: Scope) -> Shown:
        """SQL for what shows it."""

    def clauses(self) -> Iterator[Term]:
        """The parts that are shown one by one."""


# ---- facts counted in a window --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CountWord:
    term: terms.Count

    def boundaries(self, kind: Subject) -> Boundaries:
        found = boundary.of_facts(self.term.names, *self._ages())
        if isinstance(self.term.window, terms.This):
            found |= {Boundary(name, period=self.term.window.unit) for name in self.term.names}
        if self.term.anyone and kind == "person":
            found = boundary.of_account(found)
        return found | boundary.of_zone(kind) if isinstance(self.term.window, terms.This) else found

    def _ages(self) -> tuple[timedelta, ...]:
        match self.term.window:
            case terms.InLast(length):
                return (NOW_ON, length)
            case terms.Between(older, newer):
                return (newer, older)
            case _:
                return (NOW_ON,)

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        fact = scope.fact()
        counted = self._counted(scope, fact)
        if self.term.at_least == 1 and self.term.at_most is None:
            return some(counted)
        number = counted.with_only_columns(func.count()).scalar_subquery()
        bounds = []
        if self.term.at_least is not None:
            bounds.append(number >= self.term.at_least)
        if self.term.at_most is not None:
            bounds.append(number <= self.term.at_most)
        return and_(true(), *bounds)

    def shown(self, scope: Scope) -> Shown:
        fact = scope.fact()
        counted = self._counted(scope, fact)
        return _shown(
            count=counted.with_only_columns(func.count()).scalar_subquery(),
            last_at=counted.with_only_columns(func.max(fact.c.occurred_at)).scalar_subquery(),
        )

    def clauses(self) -> Iterator[Term]:
        yield self.term

    def _counted(self, scope: Scope, fact: FromClause) -> Select[Any]:
        whose = scope.of_account(fact) if self.term.anyone else scope.own(fact)
        return (
            select(fact.c.seq)
            .where(whose, scope.seen_among(fact, self.term.names), *self._window(scope, fact))
            .where(*fits(fact, self.term.where), *self._same(scope, fact))
            .correlate(scope.asker)
        )

    def _window(self, scope: Scope, fact: FromClause) -> tuple[ColumnElement[bool], ...]:
        at = fact.c.occurred_at
        match self.term.window:
            case terms.InLast(length):
                return (at > shift(NOW, -length),)
            case terms.Between(older, newer):
                return (at > shift(NOW, -older), at <= shift(NOW, -newer))
            case terms.SinceStart():
                return (at > start_of(scope).at,)
            case terms.Within(length):
                begin = start_of(scope).at
                return (at > begin, at <= shift(begin, length))
            case terms.BeforeStart(length):
                begin = start_of(scope).at
                return (at >= shift(begin, -length), at < begin)
            case terms.This(unit):
                return (at >= scope.period_start(unit),)
            case terms.Ever():
                return ()

    def _same(self, scope: Scope, fact: FromClause) -> tuple[ColumnElement[bool], ...]:
        if self.term.same is None:
            return ()
        theirs, ours, key = start_of(scope).props, fact.c.props, self.term.same
        return (or_(*(kind(ours, key) == kind(theirs, key) for kind in (json_text, json_number, json_bool))),)


def fits(fact: FromClause, where: tuple[terms.Where, ...]) -> tuple[ColumnElement[bool], ...]:
    """The clauses that the fact's own properties must meet."""
    return tuple(all_hold(Value(fact.c.props, part.prop), part.comparisons, _no_other) for part in where)


def _no_other(other: PropertyName) -> ColumnElement[Any]:
    msg = f"a property of an event cannot be compared with {other}"
    raise TypeError(msg)


def start_of(scope: Scope) -> StartColumns:
    if scope.start is None:
        msg = "this condition needs a start, and stands where there is none"
        raise TypeError(msg)
    return scope.start


# ---- the subject itself ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ExistedWord:
    term: terms.Existed

    def boundaries(self, kind: Subject) -> Boundaries:
        created = f"firstwin.{kind}.created_at"
        match self.term.window:
            case terms.InLast(length) | terms.Between(length, _):
                return frozenset({Boundary(created), Boundary(created, length, of="value")})
            case terms.This(unit):
                return frozenset({Boundary(created), Boundary(created, of="value", period=unit)}) | boundary.of_zone(
                    kind
                )

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        fact = scope.fact()
        return certain(self._newest(scope, fact, fact.c.value_at <= self._begin(scope)))

    def _begin(self, scope: Scope) -> ColumnElement[Any]:
        match self.term.window:
            case terms.InLast(length) | terms.Between(length, _):
                return shift(NOW, -length)
            case terms.This(unit):
                return scope.period_start(unit)

    def shown(self, scope: Scope) -> Shown:
        fact = scope.fact()
        return _shown(last_at=self._newest(scope, fact, fact.c.value_at))

    def _newest(self, scope: Scope, fact: FromClause, column: ColumnElement[Any]) -> ColumnElement[Any]:
        name = f"firstwin.{scope.kind}.created_at"
        return scope.newest_of(fact, name, scope.kind, column).scalar_subquery()

    def clauses(self) -> Iterator[Term]:
        yield self.term


@dataclass(frozen=True)
class PropertyWord:
    term: terms.Property

    def boundaries(self, kind: Subject) -> Boundaries:
        return boundary.of_property(self.term.of, self.term.comparisons, kind)

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        def number_of(other: PropertyName) -> ColumnElement[Any]:
            return property_of(scope, other, json_number)

        if self.term.of.scope == "start":
            value = Value(start_of(scope).props, self.term.of.name)
            return certain(all_hold(value, self.term.comparisons, number_of))
        fact = scope.fact()
        value = Value(fact.c.props, "value", fact.c.value_at)
        judged = certain(all_hold(value, self.term.comparisons, number_of))
        return func.coalesce(newest_property(scope, fact, self.term.of, judged), self._when_missing())

    def _when_missing(self) -> ColumnElement[bool]:
        missing = all(c.op == "exists" and c.value is False for c in self.term.comparisons)
        return true() if missing else false()

    def shown(self, scope: Scope) -> Shown:
        return _shown(value=property_of(scope, self.term.of, json_value))

    def clauses(self) -> Iterator[Term]:
        yield self.term


def property_of(scope: Scope, prop: PropertyName, kind: JsonKind) -> ColumnElement[Any]:
    """A property's value at ``now``, of the kind that the JSON construct asks for."""
    if prop.scope == "start":
        found: ColumnElement[Any] = kind(start_of(scope).props, prop.name)
        return found
    fact = scope.fact()
    return newest_property(scope, fact, prop, kind(fact.c.props, "value"))


def newest_property(
    scope: Scope, fact: FromClause, prop: PropertyName, column: ColumnElement[Any]
) -> ColumnElement[Any]:
    whose: Subject = "account" if prop.scope == "account" else "person"
    query = scope.newest_of(fact, f"firstwin.{prop.scope}.{prop.name}", whose, column)
    found: ColumnElement[Any] = query.scalar_subquery()
    return found


def exists(scope: Scope) -> ColumnElement[bool]:
    """Whether the subject itself is there: created by ``now``, and not deleted."""
    created = PropertyName(scope.kind, "created_at")
    deleted = PropertyName(scope.kind, "deleted")
    is_created = terms.Property(created, (terms.Comparison("older_than", timedelta(0)),))
    is_deleted = terms.Property(deleted, (terms.Comparison("is", (True,)),))
    return and_(word(is_created).holds(scope), not_(word(is_deleted).holds(scope)))


# ---- milestones -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReachedWord:
    term: terms.Reached

    @property
    def name(self) -> str:
        return f"firstwin.milestone.{self.term.milestone}"

    def boundaries(self, kind: Subject) -> Boundaries:  # noqa: ARG002 - a milestone is the subject's own
        return frozenset({Boundary(self.name)})

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        recorded = word(terms.Count((self.name,), terms.Ever())).holds(scope)
        if scope.recorders is None:
            return recorded
        return or_(recorded, *(self._from_source(rule, scope) for rule in scope.recorders.get(self.term.milestone, ())))

    def _from_source(self, rule: terms.Rule, scope: Scope) -> ColumnElement[bool]:
        """What its recorder asks, so that no message overtakes the record by seconds."""
        if rule.about != scope.kind:
            return false()
        match rule.when:
            case terms.BecomesStart(condition):
                return word(condition).holds(scope)
            case terms.EventStart(names, where, None, "every" | "first" | "latest") if not _is_gated(rule):
                return word(terms.Count(names, terms.Ever(), where=where)).holds(scope)
            case _:
                return false()

    def shown(self, scope: Scope) -> Shown:
        return word(terms.Count((self.name,), terms.Ever())).shown(scope)

    def clauses(self) -> Iterator[Term]:
        yield self.term


def _is_gated(rule: terms.Rule) -> bool:
    gates = (rule.unless, rule.only_if, rule.until)
    return any(gates) or any(step.unless or step.only_if or step.wait for step in rule.steps)


# ---- joined ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class JoinedWord:
    """``all``, ``any`` and ``none``, and a segment, which is one part with a name."""

    term: terms.All | terms.AnyOf | terms.NoneOf | terms.Named

    @property
    def parts(self) -> tuple[Term, ...]:
        return (self.term.part,) if isinstance(self.term, terms.Named) else self.term.parts

    def boundaries(self, kind: Subject) -> Boundaries:
        return frozenset().union(*(word(part).boundaries(kind) for part in self.parts))

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        held = [word(part).holds(scope) for part in self.parts]
        match self.term:
            case terms.NoneOf():
                return not_(or_(false(), *held))
            case terms.AnyOf(_, 1):
                return or_(false(), *held)
            case terms.AnyOf(_, at_least):
                none = cast(0, Integer)
                return sum((cast(one, Integer) for one in held), none) >= at_least
            case _:
                return and_(true(), *held)

    def shown(self, scope: Scope) -> Shown:  # noqa: ARG002 - its clauses show themselves
        return _shown()

    def clauses(self) -> Iterator[Term]:
        for part in self.parts:
            yield from word(part).clauses()


def word(term: Term) -> Word:
    """The class that answers for a term."""
    match term:
        case terms.Count():
            return CountWord(term)
        case terms.Existed():
            return ExistedWord(term)
        case terms.Property():
            return PropertyWord(term)
        case terms.Reached():
            return ReachedWord(term)
        case terms.All() | terms.AnyOf() | terms.NoneOf() | terms.Named():
            return JoinedWord(term)
