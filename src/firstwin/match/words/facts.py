"""Facts counted in a window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select, true

from firstwin.db.types import json_bool, json_number, json_text
from firstwin.match import boundary
from firstwin.match.boundary import Boundaries
from firstwin.match.compare import Value, all_hold
from firstwin.match.scope import Scope, some
from firstwin.match.words.contract import Shown, evidence
from firstwin.match.words.windows import in_window, of_window, start_of
from firstwin.rules import terms
from firstwin.rules.terms import PropertyName, Subject, Term


@dataclass(frozen=True)
class CountWord:
    term: terms.Count

    def boundaries(self, kind: Subject) -> Boundaries:
        found = of_window(self.term.names, self.term.window, kind)
        if self.term.anyone and kind == "person":
            zone = boundary.of_zone(kind)
            return boundary.of_account(found - zone) | (found & zone)
        return found

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        fact = scope.fact()
        counted = self.counted(scope, fact)
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
        counted = self.counted(scope, fact)
        return evidence(
            count=counted.with_only_columns(func.count()).scalar_subquery(),
            last_at=counted.with_only_columns(func.max(fact.c.occurred_at)).scalar_subquery(),
        )

    def first_at(self, scope: Scope) -> ColumnElement[Any]:
        """When the first of the facts that are counted happened."""
        fact = scope.fact()
        return self.counted(scope, fact).with_only_columns(func.min(fact.c.occurred_at)).scalar_subquery()

    def clauses(self) -> Iterator[Term]:
        yield self.term

    def counted(self, scope: Scope, fact: FromClause) -> Select[Any]:
        """The facts that count, one row each."""
        whose = scope.of_account(fact) if self.term.anyone else scope.own(fact)
        return (
            select(fact.c.seq)
            .where(whose, scope.seen_among(fact, self.term.names), *in_window(self.term.window, scope, fact))
            .where(*fits(fact, self.term.where), *self._same(scope, fact))
            .correlate(scope.asker)
        )

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
