"""How a date comes round."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.facts.moments import named_moment
from firstwin.match.starts.years import in_year, moment_on, newest_return, next_return, spans, zone_or
from tests.match import naive_years

PLACES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Cairo")
days = st.dates(date(1840, 1, 1), date(2040, 12, 31)) | st.sampled_from([date(1992, 2, 29), date(2023, 3, 1)])
written = st.one_of(
    days.map(date.isoformat),
    st.builds("{}T{}".format, days, st.sampled_from(["00:30:00Z", "23:30:00+05:00", "12:00", "01:00:00-11:00"])),
)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
times = st.sampled_from([None, "00:00", "02:30", "23:59"])


@pytest.mark.parametrize(
    ("raw", "year", "then"),
    [
        ("1990-03-27", 2026, "2026-03-27"),
        ("1992-02-29", 2026, "2026-02-28"),
        ("1992-02-29", 2028, "2028-02-29"),
        ("1992-02-29T10:00:00Z", 2026, "2026-02-28T10:00:00Z"),
        ("1992-02-28", 2028, "2028-02-28"),
        ("1990-03-27 10:00", 987, "0987-03-27 10:00"),
    ],
)
def test_a_date_in_another_year(raw: str, year: int, then: str) -> None:
    assert in_year(raw, year) == then == naive_years.in_year(raw, year)


@pytest.mark.parametrize(
    ("raw", "zone", "at", "moment"),
    [
        ("2026-03-27", "Europe/Berlin", None, "2026-03-26T23:00+00:00"),
        ("2026-03-27", "Europe/Berlin", "09:00", "2026-03-27T08:00+00:00"),
        ("2026-03-29", "Europe/Berlin", "02:30", "2026-03-29T01:00+00:00"),  # skipped: the first minute after
        ("2026-03-27T23:30:00Z", "Europe/Berlin", "09:00", "2026-03-28T08:00+00:00"),  # a day later there
        ("2026-03-27T23:30:00Z", "Europe/Berlin", None, "2026-03-27T23:30+00:00"),
        ("soon", "UTC", None, None),
        ("9999-12-31T23:30:00Z", "Asia/Tokyo", "09:00", None),
    ],
)
def test_a_time_of_a_dates_day(raw: str, zone: str, at: str | None, moment: str | None) -> None:
    assert moment_on(raw, zone, at) == (moment and datetime.fromisoformat(moment))


@given(written, st.sampled_from(PLACES), times, moments)
def test_the_newest_return_lies_behind_and_the_next_one_ahead(
    raw: str, zone: str, at: str | None, now: datetime
) -> None:
    newest, following = newest_return(raw, zone, at, now, 1), next_return(raw, zone, at, now, 1)
    assert newest is not None
    assert following is not None
    assert newest[1] <= now < following[1]
    assert following[0] == newest[0] + 1


def test_no_return_lies_before_the_first_year() -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    assert newest_return("2026-03-27", "UTC", None, now, 2027) is None
    assert next_return("2026-03-27", "UTC", None, now, 2030) == (2030, datetime(2030, 3, 27, tzinfo=UTC))


@given(written, st.sampled_from(PLACES), st.sampled_from(PLACES), times, moments, st.timedeltas(timedelta(), timedelta(40)))  # fmt: skip
def test_the_spans_hold_every_date_that_has_come_round(
    raw: str, zone: str, was: str, at: str | None, after: datetime, length: timedelta
) -> None:
    """Wherever its subject lived when the date was written."""
    until = after + length
    found = newest_return(raw, zone, at, until, 1)
    if found is None or found[1] <= after:
        return
    value = named_moment(raw, was)
    assert value is not None
    value_at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)
    assert [True for begin, end in spans(after, until, 1800, at) if begin < value_at <= end]


def test_a_minutes_spans_ask_few() -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    widths = [end - begin for begin, end in spans(now, now + timedelta(minutes=1), 1990, None)]
    assert len(widths) == 37
    assert max(widths) < timedelta(days=3)


def test_a_zone_that_is_none_gives_way_to_the_projects() -> None:
    zones = [zone_or("Europe/Berlin", "Asia/Tokyo"), zone_or("Mars", "Asia/Tokyo"), zone_or(None, "Mars")]
    assert zones == ["Europe/Berlin", "Asia/Tokyo", "UTC"]
