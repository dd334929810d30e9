"""The referee's reading of dates that come round each year, and of times of a date's day, by example."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from firstwin.rules.terms import DateStart
from tests.match.naive_examples import DAY, HOUR, LONG_AGO, NOW, date, ends, ran, times
from tests.match.naive_years import in_year, time_of_day
from tests.match.pool_rules import ENDS, EVERY_TIME, rule
from tests.match.pool_starts import step

EACH_YEAR = rule(DateStart(ENDS, yearly=True), step(-DAY, name="eve"), step(name="on"), again=EVERY_TIME)


def test_a_date_of_long_ago_comes_round() -> None:
    assert times(EACH_YEAR, date("account.trial_ends_at", (NOW + 2 * DAY).replace(year=1990))) == [DAY, 2 * DAY]


def test_another_year_is_the_same_day_and_another_day_is_not() -> None:
    first = date("account.trial_ends_at", (NOW + 2 * DAY).replace(year=1990), LONG_AGO)
    same, other = ((NOW + days * DAY).replace(year=1991) for days in (2, 3))
    at = NOW + DAY + HOUR
    assert ends(ran(EACH_YEAR, first, date("account.trial_ends_at", same, at)))[1:] == [("done", None)]
    assert ends(ran(EACH_YEAR, first, date("account.trial_ends_at", other, at)))[1] == ("left", "date_moved")


@pytest.mark.parametrize(
    ("raw", "year", "then"), [("1992-02-29", 2026, "2026-02-28"), ("1992-02-29T10:00Z", 2028, "2028-02-29T10:00Z")]
)
def test_29_february_is_kept_on_the_28th(raw: str, year: int, then: str) -> None:
    assert in_year(raw, year) == then


def test_a_time_of_day_is_that_of_the_place() -> None:
    berlin, utc = ZoneInfo("Europe/Berlin"), datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert time_of_day("2026-07-01", "09:00", berlin) == utc
    assert time_of_day("2026-06-30T22:30:00+00:00", "09:00", berlin) == utc
    assert time_of_day("2026-07-01", None, berlin) == utc - timedelta(hours=9)
    assert time_of_day("soon", "09:00", berlin) is None
