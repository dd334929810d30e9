"""Facts counted in a window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select, true

from firstwin.db.types import json_bool, json_number, json_text, shift
from firstwin.match import boundary
from firstwin.match.boundary import NOW_ON, Boundaries, Boundary
from firstwin.match.compare import Value, all_hold
from firstwin.match.scope import Scope, StartColumns, some
from firstwin.match.seen import NOW
from firstwin.match.words.contract import Shown, evidence
from firstwin.rules import terms
from firstwin.rules.terms import PropertyName, Subject, Term


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
        return evidence(
            count=counted.with_only_columns(func.count()).scalar_subquery(),
            last_at=counted.with_only_columns(func.max(fact.c.occurred_at)).scalar_subquery(),
        )

    def first_at(self, scope: Scope) -> ColumnElement[Any]:
        """When the first of the facts that are counted happened."""
        fact = scope.fact()
        return self._counted(scope, fact).with_only_columns(func.min(fact.c.occurred_at)).scalar_subquery()

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
