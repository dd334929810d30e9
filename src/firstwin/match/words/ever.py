"""What looks at all there ever was: how much of a list is done, what is open, and what the latest fact carries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Subquery, and_, case, cast, func, or_, select, true
from sqlalchemy.sql.expression import false

from firstwin.db.measures import json_key
from firstwin.db.types import json_value
from firstwin.match import boundary
from firstwin.match.boundary import Boundaries
from firstwin.match.scope import Scope, certain, named
from firstwin.match.words.contract import Shown, Word, evidence
from firstwin.match.words.facts import fits
from firstwin.match.words.windows import in_window, of_window
from firstwin.rules import terms
from firstwin.rules.terms import Subject, Term


def _within(number: ColumnElement[Any], term: terms.Done | terms.Open) -> ColumnElement[bool]:
    bounds = [] if term.at_least is None else [number >= term.at_least]
    bounds += [] if term.at_most is None else [number <= term.at_most]
    return and_(true(), *bounds)


@dataclass(frozen=True)
class DoneWord:
    """Its parts are shown one by one: what is done and what is missing are steps to take."""

    term: terms.Done
    parts: tuple[Word, ...]

    def boundaries(self, kind: Subject) -> Boundaries:
        return frozenset().union(*(part.boundaries(kind) for part in self.parts))

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        none = cast(0, Integer)
        return _within(sum((cast(part.holds(scope), Integer) for part in self.parts), none), self.term)

    def shown(self, scope: Scope) -> Shown:  # noqa: ARG002 - its parts show themselves
        return evidence()

    def clauses(self) -> Iterator[Term]:
        for part in self.parts:
            yield from part.clauses()


@dataclass(frozen=True)
class OpenWord:
    term: terms.Open

    def boundaries(self, kind: Subject) -> Boundaries:
        closing = boundary.of_facts(self.term.closed_by, boundary.NOW_ON)
        return closing | of_window(self.term.names, self.term.window, kind)

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        return _within(select(func.count()).select_from(self._open(scope)).scalar_subquery(), self.term)

    def shown(self, scope: Scope) -> Shown:
        still = self._open(scope)
        return evidence(
            count=select(func.count()).select_from(still).scalar_subquery(),
            last_at=select(func.max(still.c.opened_at)).scalar_subquery(),
        )

    def clauses(self) -> Iterator[Term]:
        yield self.term

    def _open(self, scope: Scope) -> Subquery:
        """A row for each value whose newest opening is later than its newest closing: one pass over the subject's facts."""
        fact = scope.fact()
        opens = (named(fact.c.name, self.term.names), *fits(fact, self.term.where))
        lately = in_window(self.term.window, scope, fact)
        opened = func.max(case((and_(*opens, *lately), fact.c.occurred_at)))
        closed = func.max(case((named(fact.c.name, self.term.closed_by), fact.c.occurred_at)))
        value = json_key(fact.c.props, self.term.per)
        found = (
            select(opened.label("opened_at"))
            .where(scope.own(fact), scope.seen_among(fact, (*self.term.names, *self.term.closed_by)))
            .where(value.is_not(None))
            .group_by(value)
            .having(and_(opened.is_not(None), or_(closed.is_(None), opened > closed)))
            .correlate(scope.asker)
        )
        return found.subquery()


@dataclass(frozen=True)
class LatestWord:
    term: terms.Latest

    def boundaries(self, kind: Subject) -> Boundaries:  # noqa: ARG002 - the subject's own facts
        return boundary.of_facts(self.term.names, boundary.NOW_ON)

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        fact = scope.fact()
        return func.coalesce(self._newest(scope, fact, certain(and_(true(), *fits(fact, self.term.where)))), false())

    def shown(self, scope: Scope) -> Shown:
        """The newest fact, and of what is asked of it the first property."""
        at, value = scope.fact(), scope.fact()
        asked = self.term.where[0].prop
        return evidence(
            last_at=self._newest(scope, at, at.c.occurred_at),
            value=self._newest(scope, value, json_value(value.c.props, asked)),
        )

    def clauses(self) -> Iterator[Term]:
        yield self.term

    def _newest(self, scope: Scope, fact: FromClause, column: ColumnElement[Any]) -> ColumnElement[Any]:
        found: ColumnElement[Any] = (
            select(column)
            .where(scope.own(fact), scope.seen_among(fact, self.term.names))
            .order_by(fact.c.occurred_at.desc(), fact.c.seq.desc())
            .limit(1)
            .correlate(scope.asker)
            .scalar_subquery()
        )
        return found
