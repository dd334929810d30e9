"""Pauses: everything or one rule stands still until a person says otherwise; who and why are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert  # SQLite takes the same ON CONFLICT

from firstwin.db.tables import pause as table
from firstwin.decide.value import Reason

EVERYTHING = "*"


@dataclass(frozen=True)
class Pauses:
    everything: bool
    rules: frozenset[str]

    def holds(self, rule: str) -> Reason | None:
        """Why the messages of this rule are held, if they are."""
        if self.everything:
            return Reason.PAUSED
        return Reason.RULE_PAUSED if rule in self.rules else None


def pause(connection: Connection, rule: str | None, *, who: str, why: str | None, at: datetime) -> bool:
    """Pauses one rule, or everything when it is None. False if it was paused already: the first pause stays."""
    statement = insert(table).on_conflict_do_nothing().returning(table.c.scope)
    row = {"scope": rule or EVERYTHING, "since": at, "who": who, "why": why}
    return connection.execute(statement, row).first() is not None


def resume(connection: Connection, rule: str | None) -> bool:
    """Ends the pause of one rule, or that of everything. False if there was none."""
    statement = delete(table).where(table.c.scope == (rule or EVERYTHING)).returning(table.c.scope)
    return connection.execute(statement).first() is not None


def pauses(connection: Connection) -> Pauses:
    scopes = frozenset(connection.scalars(select(table.c.scope)))
    return Pauses(EVERYTHING in scopes, scopes - {EVERYTHING})
