"""The places that messages go to: each has a row, which claims are made under and which says whether it takes any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert  # SQLite takes the same ON CONFLICT

from firstwin.db.tables import destination


def know(connection: Connection, names: Iterable[str]) -> None:
    """Makes sure that each destination has its row, which is what claims are made under."""
    rows = [{"name": name} for name in sorted(names)]
    if rows:
        connection.execute(insert(destination).on_conflict_do_nothing(), rows)


def lock_destination(connection: Connection, name: str) -> None:
    """Takes the destination's row until the end of the transaction."""
    connection.execute(_LOCK, {"wanted": name})


_LOCK = select(destination.c.name).where(destination.c.name == bindparam("wanted")).with_for_update()


def pause_destination(connection: Connection, name: str, at: datetime) -> None:
    know(connection, [name])
    connection.execute(update(destination).where(destination.c.name == name).values(paused_at=at))


def disable(connection: Connection, why: Mapping[str, str], at: datetime) -> None:
    """The other side is gone for good: nothing is sent there until a person enables it. ``why`` by name."""
    for name in sorted(why):
        connection.execute(
            update(destination)
            .where(destination.c.name == name, destination.c.disabled_at.is_(None))
            .values(disabled_at=at, disabled_why=why[name])
        )


def enable(connection: Connection, name: str) -> bool:
    """Ends a pause of a destination, or what disabled it. False if it was neither."""
    c = destination.c
    statement = (
        update(destination)
        .where(c.name == name, c.paused_at.is_not(None) | c.disabled_at.is_not(None))
        .values(paused_at=None, disabled_at=None, disabled_why=None)
        .returning(c.name)
    )
    return connection.execute(statement).first() is not None
