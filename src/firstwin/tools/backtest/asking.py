"""The worker's own questions, put for many slots in one statement: each row brings its own clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeVar

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Dialect,
    FromClause,
    Select,
    Text,
    and_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.sql.visitors import iterate, replacement_traverse

from firstwin.db import tables
from firstwin.db.bulk import given
from firstwin.db.insert import document
from firstwin.db.types import EPOCH, MICROSECOND, Instant, Json
from firstwin.match.changed import changes, new_or_present
from firstwin.match.episodes import boundaries_of, condition_of
from firstwin.match.gates import answers, stands
from firstwin.match.plan import Asked, Moment
from firstwin.match.scope import Scope, StartColumns, named
from firstwin.match.seen import NOW, PREVIOUS, of_this_run
from firstwin.match.starts.shared import subject_of
from firstwin.match.word import word
from firstwin.match.words.properties import exists
from firstwin.rules.terms import BecomesStart, Step
from firstwin.tools.backtest.grid import Grid
from firstwin.tools.backtest.shards import EVERYBODY, Shard

BATCH: Final = 20_000
KNOWN: Final = frozenset({"run", "rule", "rows", "now", "previous"})
Row = dict[str, Any]
Part = TypeVar("Part", Select[Any], ColumnElement[Any])


class NeedsSlots(Exception):  # noqa: N818 - it says what is wrong
    """Something can only be asked slot by slot: it depends on more of the clock than ``now`` and ``previous``."""


def with_own_clock(question: Part, asker: FromClause, now: str = "now") -> Part:
    """The same question, but ``now`` and ``previous`` are those of the row of ``asker`` that it is put for.

    They are written as plain SQL: a name that SQL looks up from the inside to the outside, however deep the question lies.
    """
    names = {NOW.key: now, PREVIOUS.key: "previous"}
    clocks = {key: literal_column(f"asked.{name}", Instant()) for key, name in names.items()}

    def replace(part: Any, **_: object) -> Any:  # noqa: ANN401 - SQLAlchemy's
        return clocks.get(part.key) if isinstance(part, BindParameter) else None

    put: Any = replacement_traverse(question, {"stop_on": [asker]}, replace)  # type: ignore[call-overload]
    return put  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Questions:
    """What is asked about one rule in one run."""

    connection: Connection
    asked: Asked
    run: str

    def prepare(self, grid: Grid, *, at_wire: bool = False) -> None:
        """Raises NeedsSlots or NotAMoment where a question cannot be put for many slots at once."""
        if isinstance(self.asked.rule.when, BecomesStart):
            _turns(self.asked, grid, EVERYBODY)
        for step in self.asked.rule.steps:
            _gates(self.asked, step, self.connection.dialect)
            if at_wire:
                _at_wire(self.asked, step, self.connection.dialect)

    def turns(self, grid: Grid, begin: datetime, end: datetime, shard: Shard) -> Sequence[Any]:
        """(subject, slot, holds) wherever the truth of the rule's state is not what it was at the subject's row before.

        Of each subject the first row is among them. Rows are the slots after ``begin``, up to ``end``.
        """
        parameters = self.asked.parameters(self.connection, Moment(self.run, end, begin))
        return self.connection.execute(_turns(self.asked, grid, shard), parameters).all()

    def gates(self, step: Step, rows: Sequence[Row]) -> list[Any]:
        """(id, exists, goal, unless, only_if) of each row: ``id``, ``subject``, the start's ``at`` and ``props``, ``now``."""
        return self._in_batches(_gates(self.asked, step, self.connection.dialect), rows)

    def at_wire(self, step: Step, rows: Sequence[Row]) -> list[Any]:
        """(id, exists, goal, unless, only_if, stands) of each row, asked as when a message goes out."""
        return self._in_batches(_at_wire(self.asked, step, self.connection.dialect), rows)

    def newest_facts(self, rows: Sequence[Row]) -> dict[int, datetime]:
        """By ``id``: the newest fact that made the rule's state true, where one was new at that slot.

        Each row has ``id``, ``subject``, ``now`` and ``previous``.
        """
        found = self._in_batches(_newest_facts(self.asked, self.connection.dialect), rows)
        return {row.id: row.newest for row in found if row.is_fresh}

    def _in_batches(self, statement: Select[Any], rows: Sequence[Row]) -> list[Any]:
        found: list[Any] = []
        for first in range(0, len(rows), BATCH):
            parameters = {"run": self.run, "rule": self.asked.rule.id, "rows": document(rows[first : first + BATCH])}
            found += self.connection.execute(statement, parameters).all()
        return found


def microseconds(moment: datetime) -> int:
    """As rows hold their moments."""
    return (moment - EPOCH) // MICROSECOND


@lru_cache(maxsize=64)
def _turns(asked: Asked, grid: Grid, shard: Shard) -> Select[Any]:
    condition, kind = condition_of(asked.rule), asked.rule.about
    moments = changes(boundaries_of(condition, kind), kind, asked.seen).subquery("moments")
    number = grid.number_of(moments.c.moment)
    pairs = select(moments.c.subject, number.label("number"), grid.at_of(number).label("now")).distinct()
    asker = pairs.where(*shard.has(moments.c.subject)).subquery("asked")
    scope = Scope(kind, asker.c.subject, asked.seen)
    holds = case((and_(exists(scope), word(condition).holds(scope)), 1), else_=0)
    judgement = select(asker.c.subject, asker.c.number, with_own_clock(holds, asker).label("holds"))
    judged = judgement.offset(0).subquery("judged")  # once: without the OFFSET it is asked again for each use
    before = func.lag(judged.c.holds).over(partition_by=judged.c.subject, order_by=judged.c.number).label("before")
    turned = select(judged, before).subquery("turned")
    found = select(turned.c.subject, turned.c.number, turned.c.holds)
    found = found.where(or_(turned.c.before.is_(None), turned.c.before != turned.c.holds)).order_by(turned.c.number)
    return must_be_known(found)


@lru_cache(maxsize=256)
def _gates(asked: Asked, step: Step, dialect: Dialect) -> Select[Any]:
    asker = asked_rows(dialect, id=BigInteger(), subject=Text(), at=Instant(), props=Json, now=Instant())
    scope = Scope(asked.rule.about, asker.c.subject, asked.seen, StartColumns(asker.c.at, asker.c.props))
    return must_be_known(
        select(asker.c.id, *(with_own_clock(answer, asker) for answer in answers(asked.rule, step, scope)))
    )


@lru_cache(maxsize=256)
def _at_wire(asked: Asked, step: Step, dialect: Dialect) -> Select[Any]:
    asker = asked_rows(dialect, id=BigInteger(), subject=Text(), at=Instant(), props=Json, now=Instant())
    columns = StartColumns(asker.c.at, asker.c.props)
    scope = Scope(asked.rule.about, asker.c.subject, asked.seen, columns, asked.recorders)
    told = (*answers(asked.rule, step, scope), stands(asked, scope))
    return must_be_known(select(asker.c.id, *(with_own_clock(answer, asker) for answer in told)))


@lru_cache(maxsize=64)
def _newest_facts(asked: Asked, dialect: Dialect) -> Select[Any]:
    boundaries = boundaries_of(condition_of(asked.rule), asked.rule.about)
    names = tuple(sorted({boundary.name for boundary in boundaries if boundary.whose == "subject"}))
    asker, fact = (
        asked_rows(dialect, id=BigInteger(), subject=Text(), now=Instant(), previous=Instant()),
        tables.event.alias(),
    )
    fresh = case((or_(*new_or_present(fact, asked.seen)), 1), else_=0)
    newest = select(
        asker.c.id, func.max(fact.c.occurred_at).label("newest"), func.max(fresh).label("is_fresh")
    ).select_from(asker.join(fact, subject_of(asked, fact) == asker.c.subject))
    newest = newest.where(named(fact.c.name, names), fact.c.occurred_at <= NOW)
    newest = newest.where(*asked.seen.visible(fact), *of_this_run(fact, names)).group_by(asker.c.id)
    return must_be_known(with_own_clock(newest, asker))


def asked_rows(dialect: Dialect, **columns: Any) -> FromClause:  # noqa: ANN401 - kinds of SQL types
    """The rows of the parameter, read once: without the OFFSET, databases read a row's JSON anew at each use.

    SQLite takes a document for a few rows, and where a run's own facts stand beside the project's it would go through all
    of a name for each of them. A second document of one row makes it expect many, and put them in order once.
    """
    rows: FromClause = given(dialect, **columns)
    asked = select(rows)
    if dialect.name == "sqlite":
        one = func.json_each(literal("[0]")).table_valued("value", name="one")
        asked = asked.select_from(rows.join(one, true()))
    return asked.offset(0).subquery("asked")


def must_be_known(statement: Select[Any], *besides: str) -> Select[Any]:
    """Raises NeedsSlots for a statement that asks for more than is bound here."""
    binds = {part.key for part in iterate(statement) if isinstance(part, BindParameter) and part.required}
    if not binds <= KNOWN.union(besides):
        raise NeedsSlots(sorted(binds - KNOWN.union(besides)))
    return statement
