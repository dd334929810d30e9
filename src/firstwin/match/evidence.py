"""Evidence: each clause of a rule's conditions with a tick or a cross, and the facts that show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Select, select

from firstwin.db import tables
from firstwin.db.bulk import one_of_ids
from firstwin.match.plan import Asked, Moment
from firstwin.match.scope import Scope, StartColumns
from firstwin.match.value import Clause
from firstwin.match.word import word
from firstwin.rules.say import say_term
from firstwin.rules.terms import (
    BecomesStart,
    Changed,
    Count,
    Existed,
    Latest,
    Measure,
    Moved,
    Nudged,
    Open,
    Property,
    Reached,
    Rule,
    Step,
    Term,
    Usage,
)

start = tables.start


@dataclass(frozen=True)
class Asking:
    """A clause that is shown, and the milestone that it is a part of."""

    term: Term
    milestone: str = ""

    @cached_property
    def says(self) -> str:
        return say_term(self.term)


def evidence_of(
    connection: Connection, asked: Asked, moment: Moment, step: Step, ids: Sequence[int]
) -> dict[int, tuple[Clause, ...]]:
    """By start: the clauses of the rule's conditions that bear on this step, and how they stand.

    A milestone is followed by the parts of the state that its recorder waits for: what is done, and what is missing.
    """
    if not ids or not clauses_of(asked, step):
        return {}
    rows = connection.execute(_statement(asked, step), asked.parameters(connection, moment, ids=list(ids)))
    return {row[0]: _clauses(clauses_of(asked, step), row) for row in rows.all()}


@lru_cache(maxsize=4096)
def clauses_of(asked: Asked, step: Step) -> tuple[Asking, ...]:
    """Each clause once, in the order of the rule: the state that started it, then its gates."""
    rule = asked.rule
    state = rule.when.condition if isinstance(rule.when, BecomesStart) else None
    conditions = [state, rule.until, rule.unless, rule.only_if, step.unless, step.only_if]
    found = [one for term in conditions if term is not None for one in _unfolded(asked, term)]
    return tuple(dict.fromkeys(found))


def _unfolded(asked: Asked, term: Term) -> Iterator[Asking]:
    for clause in word(term).clauses():
        yield Asking(clause)
        if isinstance(clause, Reached):
            yield from _parts(asked, clause.milestone)


def _parts(asked: Asked, milestone: str) -> Iterator[Asking]:
    recorders: tuple[Rule, ...] = asked.recorders.get(milestone, ())
    for rule in recorders:
        if rule.about == asked.rule.about and isinstance(rule.when, BecomesStart):
            for part in word(rule.when.condition).clauses():
                yield Asking(part, milestone)


@lru_cache(maxsize=4096)
def _statement(asked: Asked, step: Step) -> Select[Any]:
    scope = Scope(asked.rule.about, start.c.subject, asked.seen, StartColumns(start.c.at, start.c.props))
    columns: list[Any] = []
    for place, asking in enumerate(clauses_of(asked, step)):
        shown = word(asking.term).shown(scope)
        columns += [
            word(asking.term).holds(scope).label(f"holds_{place}"),
            shown.count.label(f"count_{place}"),
            shown.last_at.label(f"last_at_{place}"),
            shown.value.label(f"value_{place}"),
        ]
    return select(start.c.id, *columns).where(one_of_ids(start.c.id, "ids"))


def _clauses(asked: tuple[Asking, ...], row: Row[Any]) -> tuple[Clause, ...]:
    return tuple(_clause(asking, *row[1 + 4 * place : 5 + 4 * place]) for place, asking in enumerate(asked))


def _clause(asking: Asking, holds: Any, count: Any, last_at: Any, value: Any) -> Clause:  # noqa: ANN401 - as the row has it
    plain = None if value is None else orjson.loads(value)
    return Clause(asking.says, bool(holds), count, last_at, plain, name_of(asking.term), asking.milestone)


def name_of(term: Term) -> str:
    """The event, property or milestone that a clause speaks of."""
    match term:
        case Count(names) | Usage(names) | Open(names) | Latest(names) | Measure(_, names):
            return names[0]
        case Property(of) | Moved(of) | Changed(of):
            return str(of)
        case Nudged(rule):
            return rule
        case Reached(milestone):
            return milestone
        case Existed():
            return "created_at"
        case _:
            return ""
