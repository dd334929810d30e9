"""What is counted in a window in something else than facts: people, days, and what events carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Text, and_, bindparam, cast, distinct, func, true

from firstwin.db.measures import in_stretch, json_items, json_total, local_day, of_zone
from firstwin.db.types import Json, json_number
from firstwin.match import boundary
from firstwin.match.boundary import Boundaries
from firstwin.match.compare import PARTS
from firstwin.match.scope import Scope, certain
from firstwin.match.words.contract import Shown, evidence
from firstwin.match.words.facts import CountWord
from firstwin.match.words.properties import property_of
from firstwin.rules import terms
from firstwin.rules.terms import Subject, Term

OFFSETS = bindparam("offsets", type_=Json)  # made in days.py


@dataclass(frozen=True)
class MeasureWord:
    term: terms.Measure

    @property
    def _facts(self) -> CountWord:
        """The same facts, to be counted one by one."""
        t = self.term
        return CountWord(terms.Count(t.names, t.window, None, None, t.where, t.same, t.anyone))

    def boundaries(self, kind: Subject) -> Boundaries:
        found = self._facts.boundaries(kind)
        if self.term.what == "days":
            found |= boundary.of_zone(kind)
        return found if self.term.of is None else found | boundary.of_property(self.term.of, (), kind)

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        measured = self._measured(scope)
        bounds = []
        if self.term.at_least is not None:
            bounds.append(self._of_whole(measured) >= self._bound(scope, self.term.at_least))
        if self.term.at_most is not None:
            bounds.append(self._of_whole(measured) <= self._bound(scope, self.term.at_most))
        return certain(and_(true(), *bounds))

    def _of_whole(self, measured: ColumnElement[Any]) -> ColumnElement[Any]:
        return measured if self.term.of is None else measured * float(PARTS)

    def _bound(self, scope: Scope, bound: float) -> Any:  # noqa: ANN401 - SQL or a number
        if self.term.of is None:
            return bound
        return property_of(scope, self.term.of, json_number) * float(round(bound * PARTS))

    def shown(self, scope: Scope) -> Shown:
        fact = scope.fact()
        newest = self._facts.counted(scope, fact).with_only_columns(func.max(fact.c.occurred_at)).scalar_subquery()
        measured = self._measured(scope)
        if self.term.what == "total":
            return evidence(last_at=newest, value=cast(measured, Text))
        return evidence(count=measured, last_at=newest)

    def clauses(self) -> Iterator[Term]:
        yield self.term

    # ---- what is measured ----

    def _measured(self, scope: Scope) -> ColumnElement[Any]:
        fact = scope.fact()
        match self.term.what:
            case "people":
                measured = self._one(scope, fact, func.count(distinct(fact.c.person_id)))
            case "total":
                measured = self._one(scope, fact, json_total(fact.c.props, self.term.prop))
            case "days":
                measured = self._days(scope, fact)
        found: ColumnElement[Any] = measured.scalar_subquery()
        return found

    def _one(self, scope: Scope, fact: FromClause, column: ColumnElement[Any]) -> Select[Any]:
        return self._facts.counted(scope, fact).with_only_columns(column)

    def _days(self, scope: Scope, fact: FromClause) -> Select[Any]:
        """Each fact meets the one stretch of the subject's zone that it lies in."""
        stretch = json_items(of_zone(OFFSETS, scope.zone())).table_valued("value", name="stretch").alias()
        day = local_day(fact.c.occurred_at, stretch.c.value)
        lies_in = stretch.join(fact, in_stretch(fact.c.occurred_at, stretch.c.value))
        return self._one(scope, fact, func.count(distinct(day))).select_from(lies_in)
