"""Once a day a rule asks about everyone: what that finds and the ticks had not is a fault, and is counted."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete

from firstwin.db import tables
from firstwin.db.runs import Run

TICKS_KEPT = timedelta(days=30)


def is_due(run: Run, last_slot: datetime | None, slot: datetime) -> bool:
    """At the first slot of a day (UTC) of the live run. A replay's past does not change behind its back."""
    return run.is_live and last_slot is not None and slot.date() > last_slot.date()


def forget_old_ticks(connection: Connection, run: Run, rule: str, slot: datetime) -> None:
    """Keeps the rows of ticks for 30 days."""
    tick = tables.tick
    old = (tick.c.run == run.id, tick.c.rule == rule, tick.c.slot < slot - TICKS_KEPT)
    connection.execute(delete(tick).where(*old))
