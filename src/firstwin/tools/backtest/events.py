"""Every event that starts a rule, with how the gates of each step stand at its slot: one statement, read as it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, case, select

from firstwin.db.types import shift
from firstwin.match.gates import answers
from firstwin.match.plan import Asked, Moment
from firstwin.match.scope import Scope, StartColumns
from firstwin.match.starts.events import every
from firstwin.tools.backtest.asking import Questions, must_be_known, with_own_clock
from firstwin.tools.backtest.begun import Gates
from firstwin.tools.backtest.grid import Grid
from firstwin.tools.backtest.shards import Shard

READ_AT_ONCE: Final = 5000


class Event(NamedTuple):
    """One that starts the rule, found at the slot of that number. ``gates`` stand in the order of the steps."""

    number: int
    subject: str
    key: str
    per: str
    at: datetime
    actor: str | None
    props: Any
    gates: tuple[Gates, ...]


def events(questions: Questions, grid: Grid, earliest: datetime, shard: Shard) -> Iterator[Event]:
    """By slot, and within a slot as they happened. Those that the first slot finds are not among them."""
    asked, connection = questions.asked, questions.connection
    parameters = asked.parameters(connection, Moment(questions.run, grid.end), earliest=earliest)
    statement = _statement(asked, grid, shard).execution_options(yield_per=READ_AT_ONCE)
    steps = range(len(asked.rule.steps))
    with connection.execute(statement, parameters) as rows:
        for number, subject, key, per, at, actor, props, *told in rows:
            if number > 0:
                gates = tuple([_GATES[tuple(told[4 * place : 4 * place + 4])] for place in steps])
                yield Event(number, subject, key, per or "", at, actor, props, gates)


_ANSWERS: Final = (False, True)
_GATES: Final[dict[tuple[bool, ...], Gates]] = {
    (a, b, c, d): (a, b, c, d) for a in _ANSWERS for b in _ANSWERS for c in _ANSWERS for d in _ANSWERS
}  # each is one object, however many starts there are; 0 and 1 are found there too


@lru_cache(maxsize=64)
def _statement(asked: Asked, grid: Grid, shard: Shard) -> Select[Any]:
    asker = _events(asked, grid, shard).offset(0).subquery("asked")
    its = asker.c
    scope = Scope(asked.rule.about, its.subject, asked.seen, StartColumns(its.occurred_at, its.props))
    told = [
        with_own_clock(answer, asker, f"now_{place}").label(f"told_{place}_{number}")
        for place, step in enumerate(asked.rule.steps)
        for number, answer in enumerate(answers(asked.rule, step, scope))
    ]
    columns = (its.number, its.subject, its.key, its.per, its.occurred_at, its.person_id, its.props)
    return must_be_known(select(*columns, *told).order_by(its.number, its.occurred_at, its.seq), "earliest", "now")


def _events(asked: Asked, grid: Grid, shard: Shard) -> Select[Any]:
    """With the slot at which each is found, and the moment at which each of its steps is decided."""
    found = every(asked, True).order_by(None).subquery("found")
    its = found.c
    number = grid.number_of(_later(its.known_at, its.occurred_at))
    slots = [_later(number, grid.number_of(shift(its.occurred_at, step.wait))) for step in asked.rule.steps]
    nows = [grid.at_of(slot).label(f"now_{place}") for place, slot in enumerate(slots)]
    return select(*its, number.label("number"), *nows).where(*shard.has(its.subject))


def _later(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((one > other, one), else_=other)
