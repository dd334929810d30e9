"""Heartbeats: who is alive, by the database's clock."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, delete
from sqlalchemy.dialects.postgresql import insert  # SQLite takes the same ON CONFLICT

from firstwin.db.engine import clock
from firstwin.db.tables import heartbeat
from firstwin.db.types import db_now
from firstwin.tools.said import Said, kept

FORGOTTEN = timedelta(days=1)


def beat_heart(connection: Connection, who: str, kind: str, said: Said | None = None) -> None:
    """Notes that ``who`` is alive, and what it says of its files."""
    statement = insert(heartbeat).values(who=who, kind=kind, at=db_now(), says=kept(said) if said else None)
    new = {name: statement.excluded[name] for name in ("at", "says")}
    connection.execute(statement.on_conflict_do_update(index_elements=["who"], set_=new))


def forget_the_dead(connection: Connection) -> None:
    """Takes away the hearts of processes that ended long ago."""
    connection.execute(delete(heartbeat).where(heartbeat.c.at < clock(connection) - FORGOTTEN))
