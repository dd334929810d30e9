"""What each source brought, how late it was, and what was refused."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, func, select

from firstwin.db import tables
from firstwin.db.engine import clock, read, write
from firstwin.facts.intake import (
    KEPT,
    NOTED_AT_ONCE,
    Intake,
    SourceStatus,
    forget_old_minutes,
    note_intake,
    source_status,
)
from firstwin.facts.posted import Unfit

MINUTE = timedelta(minutes=1)


def refused(number: int) -> list[Unfit]:
    return [Unfit(place, f"m{place}", f"reason {place}") for place in range(number)]


def note(engine: Engine, source: str, taken: Intake, ago: timedelta = timedelta(0)) -> None:
    with write(engine) as connection:
        note_intake(connection, source, taken, clock(connection) - ago)


def stands(engine: Engine) -> list[SourceStatus]:
    with read(engine) as connection:
        return source_status(connection, clock(connection))


def test_rate_lag_and_refusals_of_each_source(engine: Engine) -> None:
    note(engine, "shop", Intake(new=100, repeated=50, lag_ms=200_000))
    note(engine, "shop", Intake(new=150, lag_ms=50_000, unfit=refused(3)), ago=2 * MINUTE)
    note(engine, "shop", Intake(new=9999), ago=timedelta(days=2))
    note(engine, "app", Intake(new=60), ago=30 * MINUTE)
    app, shop = stands(engine)
    assert (app.source, app.rate, app.lag, app.rejected) == ("app", 0.0, timedelta(0), 0)
    assert (shop.source, shop.rate, shop.lag) == ("shop", 1.0, timedelta(seconds=1))
    assert (shop.rejected, shop.newest_reject) == (3, "reason 2")


def test_only_the_newest_refusals_are_kept(engine: Engine) -> None:
    for _ in range(KEPT // NOTED_AT_ONCE + 2):
        note(engine, "shop", Intake(unfit=refused(NOTED_AT_ONCE + 5)))
    with read(engine) as connection:
        assert connection.execute(select(func.count()).select_from(tables.reject)).scalar_one() == KEPT
    assert stands(engine)[0].rejected == (KEPT // NOTED_AT_ONCE + 2) * (NOTED_AT_ONCE + 5)


def test_what_is_old_is_forgotten(engine: Engine) -> None:
    note(engine, "shop", Intake(new=1), ago=timedelta(days=40))
    note(engine, "shop", Intake(new=2))
    with write(engine) as connection:
        forget_old_minutes(connection, clock(connection))
        assert connection.execute(select(tables.intake.c.new)).scalars().all() == [2]
