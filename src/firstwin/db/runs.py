"""The clock of a run: real time for the live one, a faster one for the demo, one set by hand for a replay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from firstwin.db import tables
from firstwin.db.engine import alone, clock


@dataclass(frozen=True)
class Run:
    """A run and its clock. ``rate`` is how many virtual seconds pass in a real one: 1 live, 0 in a replay."""

    id: str
    virtual_from: datetime
    real_from: datetime
    rate: int
    sends: bool

    def at(self, real: datetime) -> datetime:
        """The run's own time at a moment of the database's clock."""
        return self.virtual_from + (real - self.real_from) * self.rate

    @property
    def is_live(self) -> bool:
        return self.id == tables.LIVE


def open_run(
    connection: Connection, run_id: str, *, virtual_from: datetime | None = None, rate: int = 1, sends: bool = True
) -> Run:
    """The run with this id, made now if it is not there yet."""
    found = find_run(connection, run_id)
    if found is None:
        alone(connection, "runs")  # several workers may start at the same moment
        found = find_run(connection, run_id)
    if found is not None:
        return found
    real = clock(connection)
    made = Run(run_id, virtual_from or real, real, rate, sends)
    connection.execute(
        insert(tables.run).values(
            id=run_id, virtual_from=made.virtual_from, real_from=real, rate=rate, sends=sends, started_at=real
        )
    )
    return made


def find_run(connection: Connection, run_id: str) -> Run | None:
    row = connection.execute(_FOUND, {"run": run_id}).one_or_none()
    return None if row is None else Run(*row)


def run_called(connection: Connection, name: str) -> str | None:
    """The whole name of a run from the end of it, which is unlike any other's; None if there is no such run, or several."""
    runs = [run.id for run in all_runs(connection)]
    ending = [run for run in runs if run == name or run.endswith(f" {name}")]
    return ending[0] if len(ending) == 1 else None


def all_runs(connection: Connection) -> list[Run]:
    return [Run(*row) for row in connection.execute(_RUNS.order_by(_C.id))]


def set_clock(connection: Connection, run_id: str, virtual: datetime) -> None:
    """Moves the clock of a replay to ``virtual``."""
    connection.execute(_SET, {"of_run": run_id, "virtual": virtual})


_C = tables.run.c
_RUNS = select(_C.id, _C.virtual_from, _C.real_from, _C.rate, _C.sends)
_FOUND = _RUNS.where(_C.id == bindparam("run"))
_SET = update(tables.run).where(_C.id == bindparam("of_run")).values(virtual_from=bindparam("virtual"))
