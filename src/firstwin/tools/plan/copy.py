"""The live run's memory in scratch tables, so that going live can be tried out without anybody noticing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Table, Text, bindparam, select, text

from firstwin.db import tables
from firstwin.db.engine import clock
from firstwin.db.runs import Run, open_run
from firstwin.rules.terms import NUDGED, Rule
from firstwin.tick.slots import slot_of
from firstwin.tools.backtest.needed import own_names
from firstwin.tools.scratch import reading_only, schema_of_facts, scratch_tables

OF_RULES = (tables.start, tables.step_due, tables.episode, tables.nudge)


@contextmanager
def copy_of_live(
    engine: Engine, rules: Collection[Rule], renamed: Collection[str]
) -> Iterator[tuple[Connection, Run, datetime]]:
    """A connection on which the live run can be worked on, and what the time is to it.

    What ``rules`` remember is there; ``renamed`` are those whose own facts must be, to be written anew. Where no rule reads
    what the run writes, the facts are read as they are: beside a run's own, SQLite finds none of them by an index.
    """
    own_facts = bool(renamed) or any(map(own_names, rules))
    with scratch_tables(engine, own_facts=own_facts) as connection, reading_only(connection):
        _copy(connection, sorted({rule.id for rule in rules} | set(renamed)), [NUDGED + name for name in renamed])
        run = open_run(connection, tables.LIVE)
        yield connection, run, run.at(clock(connection))


def next_slot(connection: Connection, rules: Sequence[str], now: datetime, every: timedelta) -> datetime:
    """The first at which none of these rules was matched yet."""
    row = tables.rule.c
    done: Iterable[datetime | None] = connection.scalars(
        select(row.last_slot).where(row.run == tables.LIVE, row.id.in_(rules))
    )
    slot = slot_of(now, every)
    return max([slot, *(last + every for last in done if last is not None and last >= slot)])


def _copy(connection: Connection, rules: Sequence[str], facts: Sequence[str]) -> None:
    for table in OF_RULES:
        _copy_where(connection, table, "run = :run AND rule IN :names", rules)
    _copy_where(connection, tables.rule, "run = :run", ())
    _copy_where(connection, tables.run, "id = :run", ())
    _copy_where(connection, tables.pause, "1 = 1", ())
    _copy_where(connection, tables.event, "run = :run AND name IN :names", facts, into="own_event")
    if connection.dialect.name == "postgresql":
        for name in ("start", "nudge"):
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"))


def _copy_where(connection: Connection, table: Table, where: str, names: Sequence[str], *, into: str = "") -> None:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    source = f"{schema_of_facts(connection)}.{table.name}"
    statement = text(f"INSERT INTO {into or table.name} ({columns}) SELECT {columns} FROM {source} WHERE {where}")
    parameters: dict[str, object] = {"run": tables.LIVE} if ":run" in where else {}
    if ":names" in where:
        statement = statement.bindparams(bindparam("names", expanding=True, type_=Text()))
        parameters["names"] = list(names)
    connection.execute(statement, parameters)
