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
    today = {"b_run": at.run.id, "b_day": at.day}
    if connection.execute(_COUNT_ALL, today | {"wanted": wanted, "cap": cap}).rowcount:
        return wanted
    connection.execute(_NEW_DAY, {"run": at.run.id, "day": at.day, "sent": 0})
    sent: int = connection.execute(_SENT, today).scalar_one()
    admitted = max(0, min(wanted, cap - sent))
    connection.execute(_COUNT, today | {"admitted": admitted})
    return admitted


c = day_count.c
_TODAY = (c.run == bindparam("b_run"), c.day == bindparam("b_day"))
_SENT = select(c.sent).where(*_TODAY).with_for_update()
_NEW_DAY = insert(day_count).on_conflict_do_nothing()
_COUNT = update(day_count).where(*_TODAY).values(sent=c.sent + bindparam("admitted"))
_COUNT_ALL = (
    update(day_count)
    .where(*_TODAY, c.sent + bindparam("wanted") <= bindparam("cap"))
    .values(sent=c.sent + bindparam("wanted"))
)
