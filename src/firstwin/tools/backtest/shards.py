"""A large backtest is shared among processes: each takes the subjects between two bounds."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from firstwin.beside import room
from firstwin.db import tables
from firstwin.rules.terms import BecomesStart, Rule

MANY: Final = 20_000  # subjects: of fewer, all is done before another process has begun
OF_STATES, OF_EVENTS = 3_000, 15_000  # subjects that are done before another process has begun


class Shard(NamedTuple):
    """The subjects from ``first`` on, and before ``end``, in the database's own order; None where there is no bound."""

    first: str | None = None
    end: str | None = None

    def has(self, subject: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """The clauses that its subjects meet, and no others."""
        first = [] if self.first is None else [subject >= self.first]
        end = [] if self.end is None else [subject < self.end]
        return [*first, *end]


EVERYBODY: Final = Shard()


def shards(connection: Connection, rule: Rule, processes: int | None) -> list[Shard]:
    """One for each process, None for as many as are worth it; together they hold everybody.

    The first is somewhat larger, and the others alike, so that all processes end at about the same moment.
    """
    id_ = (tables.account if rule.about == "account" else tables.person).c.id
    subjects: int = connection.execute(select(func.count(id_))).scalar_one()
    if processes is None:
        processes = room() if subjects >= MANY else 1
    if processes == 1 or subjects < processes:
        return [EVERYBODY]
    head_start = OF_STATES if isinstance(rule.when, BecomesStart) else OF_EVENTS
    head_start = min(head_start, subjects // (2 * processes))
    places = [head_start + number * (subjects - head_start) // processes for number in range(1, processes)]
    bounds = [connection.execute(select(id_).order_by(id_).offset(place).limit(1)).scalar_one() for place in places]
    return [Shard(first, end) for first, end in zip([None, *bounds], [*bounds, None], strict=True)]
