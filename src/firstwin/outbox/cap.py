"""The cap of messages a day: counted in the transaction that takes them to the wire, so that it is exact."""

from __future__ import annotations

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert  # SQLite takes the same ON CONFLICT

from firstwin.db.tables import day_count
from firstwin.outbox.clocks import Clocks


def admit(connection: Connection, at: Clocks, wanted: int, cap: int) -> int:
    """How many of ``wanted`` messages the run's day still has room for; they are counted as sent.

    The day's row is locked until the transaction ends, so this comes last before the rows go to the wire.
    """
    if not wanted:
        return 0
    c = day_count.c
    today = (c.run == at.run.id, c.day == at.day)
    connection.execute(insert(day_count).on_conflict_do_nothing(), {"run": at.run.id, "day": at.day, "sent": 0})
    sent: int = connection.execute(select(c.sent).where(*today).with_for_update()).scalar_one()
    admitted = max(0, min(wanted, cap - sent))
    connection.execute(update(day_count).where(*today).values(sent=sent + admitted))
    return admitted
