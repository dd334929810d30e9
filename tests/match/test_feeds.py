"""How an event has been arriving, against the plainest way to tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.match.feeds import STRIDE, last_of, longest_gap, seen_of
from firstwin.match.seen import Seen, seen_by

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 30, 9, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SINCE = NOW - 28 * DAY


def happened(engine: Engine, *ages: timedelta, name: str = "login", known: timedelta = timedelta(0)) -> None:
    """Events that happened so long before now, of different accounts, and were known ``known`` later."""
    rows = [
        {
            "account_id": f"a{number}", "name": name, "props": {}, "occurred_at": NOW - age, "received_at": NOW - age,
            "known_at": NOW - age + known,
        }
        for number, age in enumerate(ages)
    ]  # fmt: skip
    if rows:
        with write(engine) as connection:
            connection.execute(insert(tables.event), rows)


def gap(engine: Engine, seen: Seen | None = None) -> timedelta:
    with read(engine) as connection:
        return longest_gap(connection, seen or seen_by(connection, "live"), "login", SINCE, NOW)


def test_of_an_event_that_never_came_nothing_is_known(engine: Engine) -> None:
    happened(engine, MINUTE, name="other")
    with read(engine) as connection:
        seen = seen_by(connection, "live")
        assert last_of(connection, seen, "login", NOW) is None
        assert seen_of(connection, seen, "login", NOW, 50) == 0
    assert gap(engine) == timedelta(0)


def test_the_longest_gap_is_found_between_all_accounts(engine: Engine) -> None:
    happened(engine, 2 * DAY, 5 * DAY, 5 * DAY - MINUTE, 9 * DAY, 9 * DAY + 3 * MINUTE)
    assert gap(engine) == 4 * DAY


def test_what_lies_before_four_weeks_and_what_is_dated_ahead_does_not_count(engine: Engine) -> None:
    happened(engine, 60 * DAY, 27 * DAY, 26 * DAY, -3 * DAY)
    assert gap(engine) == DAY
    with read(engine) as connection:
        seen = seen_by(connection, "live")
        assert last_of(connection, seen, "login", NOW) == NOW - 26 * DAY
        assert [seen_of(connection, seen, "login", NOW, most) for most in (2, 50)] == [2, 3]


def test_a_replay_sees_only_what_was_known_by_then(engine: Engine) -> None:
    happened(engine, 9 * DAY, 8 * DAY)
    happened(engine, 7 * DAY, known=8 * DAY)
    with read(engine) as connection:
        seen = Seen("known")
        assert last_of(connection, seen, "login", NOW) == NOW - 8 * DAY
        assert seen_of(connection, seen, "login", NOW, 50) == 2
    assert gap(engine, Seen("known")) == DAY


TIMES = st.lists(st.integers(0, 28 * 24 * 60), max_size=40)
CLOSE = st.lists(st.integers(0, 200), max_size=60)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(minutes=TIMES | CLOSE)
def test_a_gap_that_matters_is_told_exactly(engine: Engine, minutes: list[int]) -> None:
    with write(engine) as connection:
        connection.execute(delete(tables.event))
    happened(engine, *(minute * MINUTE for minute in minutes))
    naive = max((later - earlier for earlier, later in pairwise(sorted(minutes))), default=0) * MINUTE
    found = gap(engine)
    assert found == naive if naive > STRIDE else found <= STRIDE
