"""Usage against the time before: how often something was done, or by how many people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, Text, and_, cast, distinct, func, select

from firstwin.db.bulk import microseconds_of
from firstwin.db.types import MICROSECOND, shift
from firstwin.match import boundary
from firstwin.match.boundary import NOW_ON, Boundaries
from firstwin.match.scope import Scope
from firstwin.match.seen import NOW
from firstwin.match.words.contract import Shown, evidence
from firstwin.match.words.facts import fits
from firstwin.rules import terms
from firstwin.rules.terms import Subject, Term


@dataclass(frozen=True)
class UsageWord:
    """``now`` is compared with ``before`` times a fraction, in whole numbers, so that no database rounds."""

    term: terms.Usage

    @property
    def _whole(self) -> timedelta:
        return self.term.length + self.term.previous

    def boundaries(self, kind: Subject) -> Boundaries:  # noqa: ARG002 - only the subject's own facts
        return boundary.of_facts(self.term.names, NOW_ON, self.term.length, *self._turns())

    def _turns(self) -> list[timedelta]:
        """The ages at which a fact passes from one stretch into the next; for facts it is all one."""
        if not self.term.people:
            return [self._whole]
        return [self.term.length * (number + 2) for number in range(self.term.previous // self.term.length)]

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        before, floor = self._before(scope, scope.fact()), self._floor(scope, scope.fact())
        now, factor = self._now(scope, scope.fact()), self._factor()
        ours = now.scalar_subquery() * factor.denominator
        theirs = before.scalar_subquery() * factor.numerator
        changed = ours <= theirs if self.term.way == "down" else ours >= theirs
        return and_(changed, floor.scalar_subquery() >= self.term.floor)

    def _factor(self) -> Fraction:
        """What the time before has to be multiplied with to be the limit."""
        share = Fraction(round(self.term.share * 10_000), 10_000)
        scale = Fraction(self.term.length // MICROSECOND, self.term.previous // MICROSECOND)
        return scale * (1 - share if self.term.way == "down" else 1 + share)

    def shown(self, scope: Scope) -> Shown:
        now, newest = self._now(scope, scope.fact()), scope.fact()
        last_at = self._among(scope, newest, NOW_ON, self._whole, func.max(newest.c.occurred_at))
        return evidence(last_at=last_at.scalar_subquery(), value=cast(now.scalar_subquery(), Text))

    def clauses(self) -> Iterator[Term]:
        yield self.term

    # ---- the numbers

    def _now(self, scope: Scope, fact: FromClause) -> Select[Any]:
        return self._among(scope, fact, NOW_ON, self.term.length, self._number(fact))

    def _floor(self, scope: Scope, fact: FromClause) -> Select[Any]:
        return self._among(scope, fact, self.term.length, self._whole, self._number(fact))

    def _number(self, fact: FromClause) -> ColumnElement[int]:
        return func.count(distinct(fact.c.person_id)) if self.term.people else func.count()

    def _before(self, scope: Scope, fact: FromClause) -> Select[Any]:
        """Of people, how many there were in each stretch, put together."""
        number: ColumnElement[int] = func.count()
        if self.term.people:
            number = func.count(distinct(fact.c.person_id + " " + cast(self._stretch(fact), Text)))
        return self._among(scope, fact, self.term.length, self._whole, number)

    def _stretch(self, fact: FromClause) -> ColumnElement[int]:
        """The number of the stretch that a fact lies in, counted back from now."""
        age = microseconds_of(NOW) - microseconds_of(fact.c.occurred_at)
        return cast(age, BigInteger) // (self.term.length // MICROSECOND)

    def _among(
        self, scope: Scope, fact: FromClause, newer: timedelta, older: timedelta, column: ColumnElement[Any]
    ) -> Select[Any]:
        at = fact.c.occurred_at
        return (
            select(column)
            .where(scope.own(fact), scope.seen_among(fact, self.term.names), *fits(fact, self.term.where))
            .where(at > shift(NOW, -older), at <= shift(NOW, -newer))
            .correlate(scope.asker)
        )
