"""The two clocks that a delivery lives by, read once for each transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from sqlalchemy import Connection, bindparam, select

from firstwin.db.runs import Run
from firstwin.db.tables import run
from firstwin.db.types import db_now


@dataclass(frozen=True)
class Clocks:
    """``real`` is the database's clock (leases, back-off); ``now`` the run's own (due times, gates, expiry)."""

    run: Run
    real: datetime

    @cached_property
    def now(self) -> datetime:
        return self.run.at(self.real)

    @property
    def day(self) -> date:
        """The run's day, in UTC."""
        return self.now.date()

    @property
    def next_day(self) -> datetime:
        return datetime.combine(self.day + timedelta(days=1), time(), UTC)


def clocks(connection: Connection, run_id: str) -> Clocks:
    """Raises LookupError for a run that nobody has opened."""
    row = connection.execute(_BOTH, {"run": run_id}).one_or_none()
    if row is None:
        msg = f"there is no run called {run_id}"
        raise LookupError(msg)
    *found, real = row
    return Clocks(Run(*found), real)


_RUN = run.c
_BOTH = select(_RUN.id, _RUN.virtual_from, _RUN.real_from, _RUN.rate, _RUN.sends, db_now()).where(
    _RUN.id == bindparam("run")
)
