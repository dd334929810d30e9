"""What a property did: a number that fell or rose, a value that changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, literal, select, tuple_

from firstwin.db.types import json_number, json_value
from firstwin.match import boundary
from firstwin.match.boundary import Boundaries
from firstwin.match.compare import Value, all_hold
from firstwin.match.scope import Scope, certain, some
from firstwin.match.words.contract import Shown, evidence
from firstwin.match.words.properties import property_of
from firstwin.match.words.windows import before_window, in_window, of_window, up_to_end
from firstwin.rules import terms
from firstwin.rules.terms import Comparison, PropertyName, Scalar, Subject, Term


def boundaries_of(of: PropertyName, window: terms.Window, kind: Subject) -> Boundaries:
    """Where the clock may carry a property's changes into the window, or out of it."""
    found, zone = of_window((name_of(of),), window, kind), boundary.of_zone(kind)
    if of.scope == "account" and kind == "person":
        return boundary.of_account(found - zone) | (found & zone)
    return found


def name_of(of: PropertyName) -> str:
    """The name of the facts that hold the property."""
    return f"firstwin.{of.scope}.{of.name}"


def owner_of(of: PropertyName, scope: Scope, fact: FromClause) -> ColumnElement[bool]:
    return scope.of_account(fact) if of.scope == "account" else scope.own(fact)


# ---- fell and rose --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MovedWord:
    """The value before the window against the one at its end; where either is no number, it did not move."""

    term: terms.Moved

    def boundaries(self, kind: Subject) -> Boundaries:
        return boundaries_of(self.term.of, self.term.window, kind)

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        then, now = self._then(scope), self._now(scope)
        distance = then - now if self.term.way == "fell" else now - then
        if not self.term.is_share:
            return certain(distance >= self.term.by)
        return certain(and_(then > 0, distance >= then * self.term.by))

    def _then(self, scope: Scope) -> ColumnElement[Any]:
        fact = scope.fact()
        values = self._values(scope, fact)
        if isinstance(self.term.window, terms.Ever):  # since there is anything: the first value
            values = values.order_by(None).order_by(fact.c.occurred_at, fact.c.seq)
        else:
            values = values.where(before_window(self.term.window, scope, fact))
        return values.scalar_subquery()

    def _now(self, scope: Scope) -> ColumnElement[Any]:
        fact = scope.fact()
        return self._values(scope, fact).where(*up_to_end(self.term.window, scope, fact)).scalar_subquery()

    def _values(self, scope: Scope, fact: FromClause) -> Select[Any]:
        whose: Subject = "account" if self.term.of.scope == "account" else "person"
        return scope.newest_of(fact, name_of(self.term.of), whose, json_number(fact.c.props, "value"))

    def shown(self, scope: Scope) -> Shown:
        return evidence(value=property_of(scope, self.term.of, json_value))

    def clauses(self) -> Iterator[Term]:
        yield self.term


# ---- changed --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChangedWord:
    """A fact in the window with another value than the one before it, wherever that lies."""

    term: terms.Changed

    def boundaries(self, kind: Subject) -> Boundaries:
        return boundaries_of(self.term.of, self.term.window, kind)

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        return some(self._changes(scope, scope.fact()))

    def shown(self, scope: Scope) -> Shown:
        fact = scope.fact()
        newest = self._changes(scope, fact).with_only_columns(func.max(fact.c.occurred_at), maintain_column_froms=True)
        return evidence(last_at=newest.scalar_subquery(), value=property_of(scope, self.term.of, json_value))

    def clauses(self) -> Iterator[Term]:
        yield self.term

    def _changes(self, scope: Scope, fact: FromClause) -> Select[Any]:
        before = scope.fact()
        return (
            select(fact.c.seq)
            .select_from(fact.outerjoin(before, before.c.seq == self._fact_before(scope, fact)))
            .where(owner_of(self.term.of, scope, fact), scope.seen_among(fact, (name_of(self.term.of),)))
            .where(*in_window(self.term.window, scope, fact), differ(fact, before))
            .where(is_one_of(before, self.term.old), is_one_of(fact, self.term.new))
            .correlate(scope.asker)
        )

    def _fact_before(self, scope: Scope, fact: FromClause) -> ColumnElement[Any]:
        earlier = scope.fact()
        return (
            select(earlier.c.seq)
            .where(owner_of(self.term.of, scope, earlier), scope.seen_among(earlier, (name_of(self.term.of),)))
            .where(tuple_(earlier.c.occurred_at, earlier.c.seq) < tuple_(fact.c.occurred_at, fact.c.seq))
            .order_by(earlier.c.occurred_at.desc(), earlier.c.seq.desc())
            .limit(1)
            .correlate(scope.asker, fact)
            .scalar_subquery()
        )


def differ(fact: FromClause, before: FromClause) -> ColumnElement[bool]:
    """Whether two facts hold different values; none at all is one of them."""
    return func.coalesce(json_value(fact.c.props, "value"), "") != func.coalesce(
        json_value(before.c.props, "value"), ""
    )


def is_one_of(fact: FromClause, wanted: tuple[Scalar, ...] | None) -> ColumnElement[bool]:
    """Whether a fact holds one of the values: None is any value, an empty tuple is no value."""
    if wanted is None:
        return literal(1) == 1
    if not wanted:
        return json_value(fact.c.props, "value").is_(None)
    return all_hold(Value(fact.c.props, "value"), (Comparison("is", wanted),), no_other)


def no_other(other: PropertyName) -> ColumnElement[Any]:
    raise TypeError(str(other))
