"""The subject itself: that it is there, how long it has been, and its properties."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, func, not_, true
from sqlalchemy.sql.expression import false

from firstwin.db.types import json_number, json_value, shift
from firstwin.match import boundary
from firstwin.match.boundary import Boundaries, Boundary
from firstwin.match.compare import Value, all_hold
from firstwin.match.scope import Scope, certain
from firstwin.match.seen import NOW
from firstwin.match.words.contract import Shown, evidence
from firstwin.match.words.windows import start_of
from firstwin.rules import terms
from firstwin.rules.terms import PropertyName, Subject, Term

JsonKind = Callable[[ColumnElement[Any], str], ColumnElement[Any]]  # json_number and its like


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
        return evidence(last_at=self._newest(scope, fact, fact.c.value_at))

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
        return evidence(value=property_of(scope, self.term.of, json_value))

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
    return and_(PropertyWord(is_created).holds(scope), not_(PropertyWord(is_deleted).holds(scope)))
