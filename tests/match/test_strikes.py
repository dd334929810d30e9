"""When a local clock strikes, also on the days on which it is changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.match.strikes import MOST, is_on, moment_of, strikes_of
from firstwin.rules.terms_clock import ClockStart, StrikesOn
from tests.match import naive_clock

BERLIN, AUCKLAND = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Auckland")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Africa/Cairo", "Asia/Kathmandu", "Pacific/Apia",
         "Australia/Lord_Howe", "America/Santiago")  # fmt: skip
DAYS: tuple[StrikesOn, ...] = ("day", "weekday", "monday", "saturday", "sunday", "month")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def strikes(when: ClockStart, zone: ZoneInfo, after: str, until: str) -> list[datetime]:
    return [strike.at for strike in strikes_of(when, {"": zone}, utc(after), utc(until)).of("")]


def test_a_skipped_local_time_happens_at_the_first_valid_minute_after() -> None:
    assert moment_of("02:30", date(2026, 3, 29), BERLIN) == utc("2026-03-29T01:00")  # 03:00 there
    assert moment_of("02:00", date(2026, 3, 29), BERLIN) == utc("2026-03-29T01:00")
    assert moment_of("01:59", date(2026, 3, 29), BERLIN) == utc("2026-03-29T00:59")


def test_a_repeated_local_time_happens_once_the_first_time() -> None:
    assert moment_of("02:30", date(2026, 10, 25), BERLIN) == utc("2026-10-25T00:30")
    assert moment_of("02:30", date(2026, 4, 5), AUCKLAND) == utc("2026-04-04T13:30")
    night = strikes(ClockStart(("day",), "02:30", "account"), BERLIN, "2026-10-24T22:00", "2026-10-25T22:00")
    assert night == [utc("2026-10-25T00:30")]


def test_a_day_that_a_place_left_out_begins_the_next_one() -> None:
    assert moment_of("09:00", date(2011, 12, 30), ZoneInfo("Pacific/Apia")) == utc("2011-12-30T10:00")  # the 31st there


def test_a_weekday_is_monday_to_friday_and_a_month_begins_with_its_first() -> None:
    week = [date(2026, 6, 1) + timedelta(days=n) for n in range(7)]
    assert [is_on(ClockStart(("weekday",), "09:00", "UTC"), day) for day in week] == [True] * 5 + [False] * 2
    assert [is_on(ClockStart(("monday", "sunday"), "09:00", "UTC"), day) for day in week] == [True, *[False] * 5, True]
    assert [is_on(ClockStart(("month",), "09:00", "UTC"), day) for day in week] == [True, *[False] * 6]


def test_a_strike_belongs_to_the_tick_that_reaches_it() -> None:
    daily = ClockStart(("day",), "09:00", "UTC")
    assert strikes(daily, ZoneInfo("UTC"), "2026-06-01T08:59", "2026-06-01T09:00") == [utc("2026-06-01T09:00")]
    assert strikes(daily, ZoneInfo("UTC"), "2026-06-01T09:00", "2026-06-02T08:59") == []


def test_an_endless_outage_is_not_looked_through_to_its_end() -> None:
    daily = ClockStart(("day",), "09:00", "UTC")
    found = strikes(daily, ZoneInfo("UTC"), "1970-01-01T00:00", "2026-06-01T10:00")
    assert (len(found), found[-1]) == (MOST, utc("2026-06-01T09:00"))


def test_places_that_did_not_strike_are_asked_for_in_the_far_future() -> None:
    places = {"": ZoneInfo("UTC"), "Europe/Berlin": BERLIN}
    struck = strikes_of(
        ClockStart(("day",), "09:00", "account"), places, utc("2026-06-01T08:00"), utc("2026-06-01T09:00")
    )
    assert (bool(struck), struck.of("Europe/Berlin"), len(struck.of("nowhere"))) == (True, (), 1)
    assert struck.newest()[""] < struck.newest()["Europe/Berlin"]


@pytest.mark.slow
@given(
    st.sampled_from(ZONES), st.lists(st.sampled_from(DAYS), min_size=1, max_size=2, unique=True),
    st.times().map(lambda at: f"{at:%H:%M}"), st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001
    st.timedeltas(timedelta(0), timedelta(days=9)),
)  # fmt: skip
def test_it_strikes_when_a_wall_clock_shows_the_time(
    zone: str, every: list[StrikesOn], at: str, after: datetime, length: timedelta
) -> None:
    when, begin = ClockStart(tuple(every), at, "account"), after.replace(tzinfo=UTC)
    place = ZoneInfo(zone)
    found = strikes_of(when, {"": place}, begin, begin + length).of("")
    assert [(one.day, one.at) for one in found] == naive_clock.strikes(when, place, begin, begin + length)
