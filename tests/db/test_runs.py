"""The clocks of runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import clock, read, write
from firstwin.db.runs import Run, all_runs, find_run, open_run, set_clock

REAL = datetime(2026, 5, 1, 12, tzinfo=UTC)
VIRTUAL = datetime(1997, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rate", "passed"),
    [(1, timedelta(minutes=10)), (0, timedelta(0)), (1440, timedelta(days=10))],
    ids=["live", "replay", "demo"],
)
def test_virtual_time_passes_at_the_rate_of_the_run(rate: int, passed: timedelta) -> None:
    run = Run("demo", VIRTUAL, REAL, rate, sends=True)
    assert run.at(REAL) == VIRTUAL
    assert run.at(REAL + timedelta(minutes=10)) == VIRTUAL + passed


def test_the_live_run_keeps_the_databases_time(engine: Engine) -> None:
    with write(engine) as connection:
        run = open_run(connection, tables.LIVE)
        now = clock(connection)
    assert run.is_live
    assert run.at(now) == now


def test_a_run_is_opened_once_and_stays_as_it_was(engine: Engine) -> None:
    with write(engine) as connection:
        first = open_run(connection, "replay-1", virtual_from=VIRTUAL, rate=0, sends=False)
    with write(engine) as connection:
        again = open_run(connection, "replay-1", virtual_from=REAL, rate=1)
    assert again == first
    assert (first.virtual_from, first.rate, first.sends, first.is_live) == (VIRTUAL, 0, False, False)


def test_the_clock_of_a_replay_is_set_by_hand(engine: Engine) -> None:
    with write(engine) as connection:
        open_run(connection, "replay-1", virtual_from=VIRTUAL, rate=0)
        open_run(connection, "replay-2", virtual_from=VIRTUAL, rate=0)
        set_clock(connection, "replay-1", VIRTUAL + timedelta(days=1))
    with read(engine) as connection:
        now = clock(connection)
        told = [run.at(now) for run in all_runs(connection)]
    assert told == [VIRTUAL + timedelta(days=1), VIRTUAL]


def test_an_unknown_run_is_not_found(engine: Engine) -> None:
    with read(engine) as connection:
        assert find_run(connection, "never") is None
        assert all_runs(connection) == []
