"""Plans that were made, so that one can be applied by its name: how many, never who."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert  # SQLite takes the same ON CONFLICT

from firstwin.db.tables import plan
from firstwin.tools.plan.plan import Answer, Plan, Versions


@dataclass(frozen=True)
class Stored:
    hash: str
    since: timedelta
    live: Versions
    files: Versions
    answer: Answer


def store(connection: Connection, made: Plan, *, who: str, at: datetime) -> None:
    """A plan that was made before is the same plan, made again."""
    row = {"hash": made.hash, "made_at": at, "made_by": who, "since_s": int(made.since.total_seconds())}
    told: Mapping[str, object] = {"live": dict(made.live), "files": dict(made.files), "answer": dict(made.answer)}
    statement = insert(plan).values({**row, **told})
    connection.execute(
        statement.on_conflict_do_update(index_elements=["hash"], set_={"made_at": at, "made_by": who})
    )  # fmt: skip


def find(connection: Connection, name: str) -> Stored | None:
    c = plan.c
    row = connection.execute(select(c.since_s, c.live, c.files, c.answer).where(c.hash == name)).one_or_none()
    return row and Stored(name, timedelta(seconds=row.since_s), row.live, row.files, row.answer)


def note_applied(connection: Connection, name: str, *, who: str, at: datetime) -> None:
    connection.execute(update(plan).where(plan.c.hash == name).values(applied_at=at, applied_by=who))
