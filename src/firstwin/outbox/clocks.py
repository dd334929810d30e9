"""The two clocks that a delivery lives by, read once for each transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection

from firstwin.db.engine import clock
from firstwin.db.runs import Run, find_run


@dataclass(frozen=True)
class Clocks:
    """``real`` is the database's clock (leases, back-off); ``now`` the run's own (due times, gates, expiry)."""

    run: Run
    real: datetime

    @property
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
    run = find_run(connection, run_id)
    if run is None:
        msg = f"there is no run called {run_id}"
        raise LookupError(msg)
    return Clocks(run, clock(connection))
