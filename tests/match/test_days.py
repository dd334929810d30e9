"""The stretches of a time zone are those that its clocks show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, insert

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.db.types import EPOCH, MICROSECOND
from firstwin.match.days import BEGINNING, END, counted_by_day, offsets, stretches
from firstwin.rules.terms import All, Count, Ever, InLast, Measure, Named, NoneOf, This, Window
from tests.match.naive_examples import DAY, NOW, event, facts
from tests.match.packed import store

ZONES = (
    "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Africa/Cairo", "Africa/Casablanca", "Australia/Lord_Howe",
    "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "UTC",
)  # fmt: skip
FROM, TO = datetime(1970, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, (TO - FROM) // MICROSECOND).map(lambda micros: FROM + micros * MICROSECOND)


def by_day(window: Window) -> Measure:
    return Measure("days", ("login",), window, 2)


def ahead(found: list[tuple[int, int, int]], at: datetime) -> timedelta:
    (offset,) = (by for since, until, by in found if since <= (at - EPOCH) // MICROSECOND < until)
    return offset * MICROSECOND


@given(st.sampled_from(ZONES), MOMENTS)
def test_at_each_moment_one_stretch_says_how_far_ahead_the_clocks_are(name: str, at: datetime) -> None:
    zone = ZoneInfo(name)
    assert ahead(list(stretches(zone, FROM, TO)), at) == at.astimezone(zone).utcoffset()


@pytest.mark.parametrize("name", ZONES)
def test_each_change_is_found_to_the_microsecond(name: str) -> None:
    zone, found = ZoneInfo(name), list(stretches(ZoneInfo(name), FROM, TO))
    for since, _, by in found[1:]:
        change = EPOCH + since * MICROSECOND
        assert change.astimezone(zone).utcoffset() == by * MICROSECOND
        assert (change - MICROSECOND).astimezone(zone).utcoffset() == ahead(found, change - MICROSECOND)


def test_there_is_no_gap_and_no_end() -> None:
    found = list(
        stretches(ZoneInfo("Europe/Berlin"), datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    )
    assert [len(found), found[0][0], found[-1][1]] == [3, BEGINNING, END]
    assert [until for _, until, _ in found[:-1]] == [since for since, _, _ in found[1:]]


def test_what_counts_days_is_found_wherever_it_stands() -> None:
    ever, other = by_day(Ever()), Count(("login",), Ever())
    assert counted_by_day([All((other, NoneOf((Named("s", ever),)))), ever]) == (ever,)
    assert counted_by_day([other, Measure("people", ("login",), Ever())]) == ()


@pytest.mark.parametrize(
    ("window", "changes"), [(InLast(DAY), 0), (InLast(14 * DAY), 1), (This("month"), 1), (Ever(), 21)]
)
def test_no_more_is_looked_up_than_the_window_needs(engine: Engine, window: Window, changes: int) -> None:
    """NOW is two days after New York's clocks changed; the first login was ten years ago."""
    store(engine, facts(event("login", NOW - 3652 * DAY), event("other", NOW - 9999 * DAY)))
    with write(engine) as connection:
        connection.execute(insert(tables.zone), [{"name": "America/New_York"}, {"name": "Mars/Base"}])
    with read(engine) as connection:
        found = offsets(connection, (by_day(window),), "Asia/Tokyo", NOW)["offsets"]
    assert set(found) == {"", "America/New_York"}
    assert len(found["America/New_York"]) == changes + 1
    assert len(found[""]) == 1


def test_where_no_days_are_counted_nothing_is_looked_up(engine: Engine) -> None:
    with read(engine) as connection:
        assert offsets(connection, (), "UTC", NOW) == {}


def test_before_the_first_event_there_is_one_stretch(engine: Engine) -> None:
    with read(engine) as connection:
        assert [len(found) for found in offsets(connection, (by_day(Ever()),), "UTC", NOW)["offsets"].values()] == [1]
