"""Pauses: everything or one rule stands still until a person says otherwise; who and why are kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete
from sqlalchemy.dialects.postgresql import insert  # SQLite takes the same ON CONFLICT

from firstwin.db.tables import pause as table
from firstwin.outbox.holds import EVERYTHING


def pause(connection: Connection, rule: str | None, *, who: str, why: str | None, at: datetime) -> bool:
    """Pauses one rule, or everything when it is None. False if it was paused already: the first pause stays."""
    statement = insert(table).on_conflict_do_nothing().returning(table.c.scope)
    row = {"scope": rule or EVERYTHING, "since": at, "who": who, "why": why}
    return connection.execute(statement, row).first() is not None


def resume(connection: Connection, rule: str | None) -> bool:
    """Ends the pause of one rule, or that of everything. False if there was none."""
    statement = delete(table).where(table.c.scope == (rule or EVERYTHING)).returning(table.c.scope)
    return connection.execute(statement).first() is not None
