from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from firstwin.db.engine import clock as real
from firstwin.db.engine import read
from firstwin.db.runs import find_run
from firstwin.db.tables import LIVE, rule
from firstwin.demo import clock
from firstwin.rules.terms import Again, EventStart, Rule

RULE = Rule("welcome", "account", EventStart(("signed_up",)), (), Again("never"), version="v1")


def test_the_demo_begins_three_weeks_ago_with_rules_that_were_there_before(sqlite_engine: Engine) -> None:
    begin = clock.set_up(sqlite_engine, (RULE,))
    with read(sqlite_engine) as connection:
        assert begin == clock.beginning(real(connection))
        assert connection.execute(select(rule.c.active_from)).scalar_one() == begin - clock.RUNNING_FOR


def test_the_clock_stands_still_until_it_is_started(sqlite_engine: Engine) -> None:
    begin = clock.set_up(sqlite_engine, ())
    assert clock.now(sqlite_engine) == begin


def test_started_it_takes_the_three_weeks_in_the_seconds_that_were_asked_for(sqlite_engine: Engine) -> None:
    clock.set_up(sqlite_engine, ())
    clock.start(sqlite_engine, seconds=60)
    with read(sqlite_engine) as connection:
        run = find_run(connection, LIVE)
    assert run is not None
    assert run.at(run.real_from + timedelta(seconds=60)) - run.virtual_from == clock.LENGTH


def test_stopped_it_stands_where_it_was(sqlite_engine: Engine) -> None:
    clock.set_up(sqlite_engine, ())
    clock.start(sqlite_engine, seconds=60)
    clock.stop(sqlite_engine)
    assert clock.now(sqlite_engine) == clock.now(sqlite_engine)


@pytest.mark.parametrize(
    ("now", "begins"),
    [("2026-05-22T07:59:59", "2026-04-30T08:00"), ("2026-05-22T08:00:00", "2026-05-01T08:00")],
    ids=["before eight", "at eight"],
)
def test_it_begins_on_a_morning_three_weeks_ago(now: str, begins: str) -> None:
    begin = clock.beginning(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert begin == datetime.fromisoformat(begins).replace(tzinfo=UTC)
