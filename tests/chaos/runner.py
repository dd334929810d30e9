"""Runs rows: those that load the machine one by one, those that mostly wait beside each other."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from tests.chaos.figures import Found, none
from tests.chaos.keeper import Keeper
from tests.chaos.rig import Database, rig
from tests.chaos.row import Row
from tests.chaos.scope import Scope

BESIDE = 6  # rows that mostly wait, and a few seconds of one processor each
BROKEN = "broken"


@dataclass(frozen=True)
class Job:
    row: Row
    database: Database
    scope: Scope

    @property
    def needs_the_machine(self) -> bool:
        """The short ones have no limits of speed, and wait for leases most of the time."""
        return self.row.alone and self.scope.size != "short"


Results = Mapping[Job, Found]
Tell = Callable[[Job, Found | None], None]


def jobs(rows: Iterable[Row], databases: Sequence[Database], scopes: Sequence[Scope]) -> list[Job]:
    return [
        Job(row, database, scope)
        for scope in scopes
        for row in rows
        for database in databases
        if database in row.databases
    ]


def run(todo: Sequence[Job], keeper: Keeper, tell: Tell) -> Results:
    """``tell`` hears of each job when it begins, without what was found, and when it is done."""
    found: dict[Job, Found] = {}

    def do(job: Job) -> None:
        tell(job, None)
        found[job] = measured(job, keeper)
        tell(job, found[job])

    for job in todo:
        if job.needs_the_machine:
            do(job)
    rest = [job for job in todo if not job.needs_the_machine]
    beside = len(rest) if all(job.scope.size == "short" for job in rest) else BESIDE
    with ThreadPoolExecutor(max(1, beside)) as pool:
        for done in [pool.submit(do, job) for job in rest]:
            done.result()
    return found


def measured(job: Job, keeper: Keeper) -> Found:
    """A row that cannot be measured is one that is missed: why stands in its trouble."""
    began = time.monotonic()
    with rig(job.database, job.scope, keeper, job.row.name) as made:
        try:
            found = job.row.run(made)
            found = replace(
                found,
                figures={**found.figures, BROKEN: made.broken()},
                limits=(*found.limits, *none(BROKEN)),
            )
        except Exception as error:  # noqa: BLE001 - the other rows are worth measuring all the same
            told = "".join(traceback.format_exception(error)) + made.processes.logs()[-4000:]
            found = Found({}, trouble=told)
    return replace(found, seconds=time.monotonic() - began)
