"""The demo's clock: three weeks in a minute. It is the live run's, so everything in the program goes by it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, update

from firstwin.db.engine import clock, read, write
from firstwin.db.runs import find_run, open_run
from firstwin.db.tables import LIVE, run
from firstwin.rules.terms import Rule
from firstwin.tick.sync import sync_rules

LENGTH = timedelta(weeks=3)
MORNING = 8  # o'clock, UTC
RUNNING_FOR = timedelta(days=60)  # so long the demo's company has had Firstwin already


def set_up(engine: Engine, rules: tuple[Rule, ...]) -> datetime:
    """The demo's beginning; its rules have been in force for a while. The clock stands still."""
    with write(engine) as connection:
        begin = beginning(clock(connection))
        open_run(connection, LIVE, virtual_from=begin, rate=0)
        sync_rules(connection, LIVE, rules, begin - RUNNING_FOR)
        return begin


def beginning(real: datetime) -> datetime:
    """The newest morning that is three weeks ago: days then change at night, as for everybody."""
    morning = (real - LENGTH).replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return morning if morning <= real - LENGTH else morning - timedelta(days=1)


def start(engine: Engine, seconds: float) -> None:
    """From now on the three weeks pass in so many seconds."""
    rate = round(LENGTH.total_seconds() / seconds)
    with write(engine) as connection:
        connection.execute(update(run).where(run.c.id == LIVE).values(real_from=clock(connection), rate=rate))


def now(engine: Engine) -> datetime:
    """The demo's own time."""
    with read(engine) as connection:
        return _now(connection)


def stop(engine: Engine) -> None:
    """The clock stands still from now on."""
    with write(engine) as connection:
        statement = update(run).where(run.c.id == LIVE).values(virtual_from=_now(connection), rate=0)
        connection.execute(statement)


def _now(connection: Connection) -> datetime:
    real = clock(connection)
    live = find_run(connection, LIVE)
    return live.at(real) if live else real
