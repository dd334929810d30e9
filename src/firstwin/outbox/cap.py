"""The cap of messages a day: counted in the transaction that takes them to the wire, so that it is exact."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert  # SQLite takes the same ON CONFLICT

from firstwin.db.tables import day_count
from firstwin.outbox.clocks import Clocks


def admit(connection: Connection, at: Clocks, wanted: int, cap: int) -> int:
    """How many of ``wanted`` messages the run's day still has room for; they are counted as sent.

    The day's row is locked until the transaction ends, so this comes last before the rows go to the wire.
    """
    if not wanted:
        return 0
    sent = _sent(connection, at)
    if sent is None:
        connection.execute(_NEW_DAY, {"run": at.run.id, "day": at.day, "sent": 0})
        sent = _sent(connection, at) or 0
    admitted = max(0, min(wanted, cap - sent))
    connection.execute(_COUNT, {"b_run": at.run.id, "b_day": at.day, "sent": sent + admitted})
    return admitted


def _sent(connection: Connection, at: Clocks) -> int | None:
    found: int | None = connection.execute(_SENT, {"b_run": at.run.id, "b_day": at.day}).scalar_one_or_none()
    return found


c = day_count.c
_TODAY = (c.run == bindparam("b_run"), c.day == bindparam("b_day"))
_SENT = select(c.sent).where(*_TODAY).with_for_update()
_NEW_DAY = insert(day_count).on_conflict_do_nothing()
_COUNT = update(day_count).where(*_TODAY).values(sent=bindparam("sent"))
