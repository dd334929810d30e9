"""Sees to it that SQLite's planner knows what the facts are like: it never looks by itself, as PostgreSQL does."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from sqlalchemy import Connection, Engine, func, inspect, select, text
from sqlalchemy.exc import OperationalError

from firstwin.db import tables
from firstwin.db.bulk import analyze_in
from firstwin.db.engine import Busy, read, write_at_once

FEW: Final = 50_000  # facts, up to which any plan will do
FAR_OFF: Final = 4  # times
_BY_NAME: Final = "ix_event_name_occurred_at"


def renew_statistics(engine: Engine) -> None:
    """For whoever asks long questions next, where what the planner believes is far off. Waits for nobody who writes."""
    if engine.dialect.name != "sqlite":
        return
    with read(engine) as connection:
        facts, names = connection.execute(_FACTS).one()
        if facts < FEW or _believed(connection) * FAR_OFF > facts / names:
            return
    with suppress(Busy, OperationalError), write_at_once(engine) as connection:
        analyze_in(connection, tables.event, tables.account, tables.person, tables.member)


_FACTS = select(func.coalesce(func.sum(tables.event_name.c["count"]), 0), func.count())


def _believed(connection: Connection) -> int:
    """How many events of one name there are, as the planner has it; 0 where it has no idea."""
    if not inspect(connection).has_table("sqlite_stat1"):
        return 0
    stat = text("SELECT stat FROM sqlite_stat1 WHERE idx = :index")
    found: str | None = connection.execute(stat, {"index": _BY_NAME}).scalar()
    return 0 if found is None else int(found.split()[1])
