"""Milestones, and conditions made of conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, and_, cast, not_, or_, true
from sqlalchemy.sql.expression import false

from firstwin.match.boundary import Boundaries, Boundary
from firstwin.match.scope import Scope
from firstwin.match.words.contract import Shown, Word, evidence
from firstwin.match.words.facts import CountWord
from firstwin.rules import terms
from firstwin.rules.terms import Subject, Term


@dataclass(frozen=True)
class ReachedWord:
    term: terms.Reached
    word: Callable[[Term], Word]  # who answers for what its recorder asks

    @property
    def name(self) -> str:
        return f"firstwin.milestone.{self.term.milestone}"

    @property
    def _recorded(self) -> CountWord:
        return CountWord(terms.Count((self.name,), terms.Ever()))

    def boundaries(self, kind: Subject) -> Boundaries:  # noqa: ARG002 - a milestone is the subject's own
        return frozenset({Boundary(self.name)})

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        recorded = self._recorded.holds(scope)
        if scope.recorders is None:
            return recorded
        return or_(recorded, *(self._from_source(rule, scope) for rule in scope.recorders.get(self.term.milestone, ())))

    def _from_source(self, rule: terms.Rule, scope: Scope) -> ColumnElement[bool]:
        """What its recorder asks, so that no message overtakes the record by seconds."""
        if rule.about != scope.kind:
            return false()
        match rule.when:
            case terms.BecomesStart(condition):
                return self.word(condition).holds(scope)
            case terms.EventStart(names, where, None, "every" | "first" | "latest", None) if not _is_gated(rule):
                return CountWord(terms.Count(names, terms.Ever(), where=where)).holds(scope)
            case _:
                return false()

    def shown(self, scope: Scope) -> Shown:
        return self._recorded.shown(scope)

    def clauses(self) -> Iterator[Term]:
        yield self.term


def _is_gated(rule: terms.Rule) -> bool:
    gates = (rule.unless, rule.only_if, rule.until)
    return any(gates) or any(step.unless or step.only_if or step.wait for step in rule.steps)


@dataclass(frozen=True)
class JoinedWord:
    """``all``, ``any`` and ``none``, and a segment, which is one part with a name."""

    term: terms.All | terms.AnyOf | terms.NoneOf | terms.Named
    parts: tuple[Word, ...]

    def boundaries(self, kind: Subject) -> Boundaries:
        return frozenset().union(*(part.boundaries(kind) for part in self.parts))

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        held = [part.holds(scope) for part in self.parts]
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
        return evidence()

    def clauses(self) -> Iterator[Term]:
        for part in self.parts:
            yield from part.clauses()
