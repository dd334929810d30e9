"""Messages that reached the subject: facts that deliveries make, each run its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, select

from firstwin.db.types import json_text
from firstwin.match.boundary import Boundaries
from firstwin.match.scope import Scope, some
from firstwin.match.words.contract import Shown, evidence
from firstwin.match.words.windows import in_window, of_window
from firstwin.rules import terms
from firstwin.rules.terms import Subject, Term


@dataclass(frozen=True)
class NudgedWord:
    term: terms.Nudged

    @property
    def _name(self) -> str:
        return f"firstwin.nudged.{self.term.rule}"

    def boundaries(self, kind: Subject) -> Boundaries:
        return of_window((self._name,), self.term.window, kind)

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        return some(self._arrived(scope, scope.fact()))

    def shown(self, scope: Scope) -> Shown:
        fact = scope.fact()
        newest = self._arrived(scope, fact).with_only_columns(func.max(fact.c.occurred_at))
        return evidence(last_at=newest.scalar_subquery())

    def clauses(self) -> Iterator[Term]:
        yield self.term

    def _arrived(self, scope: Scope, fact: FromClause) -> Select[Any]:
        found = (
            select(fact.c.seq)
            .where(scope.own(fact), scope.seen_among(fact, (self._name,)))
            .where(*in_window(self.term.window, scope, fact))
            .correlate(scope.asker)
        )
        if scope.kind == "account":  # a person's nudge names the account as well
            found = found.where(fact.c.person_id.is_(None))
        return found if self.term.step is None else found.where(json_text(fact.c.props, "step") == self.term.step)
