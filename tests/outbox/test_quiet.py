"""Quiet hours: when they end, held against a watchman who looks at the local clock minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from firstwin.outbox.quiet import quiet_until
from firstwin.rules.quiet_hours import QuietHours
from tests.outbox.given import quiet_hours

MINUTE = timedelta(minutes=1)
NIGHT = quiet_hours("20:00", "08:00")
NIGHT_AND_WEEKEND = quiet_hours("20:00", "08:00", weekends=True)
BERLIN, NEW_YORK, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")
ZONES = [BERLIN, NEW_YORK, APIA, ZoneInfo("UTC"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-06-03 12:00", None),
        ("2026-06-03 17:59", None),
        ("2026-06-03 18:00", "2026-06-04 06:00"),  # 20:00 in Berlin
        ("2026-06-04 05:59", "2026-06-04 06:00"),
        ("2026-06-04 06:00", None),
        ("2026-03-28 19:30", "2026-03-29 06:00"),  # a night of eleven hours
        ("2026-10-24 18:30", "2026-10-25 07:00"),  # and one of thirteen
    ],
)
def test_a_night_ends_in_the_morning_where_the_recipient_is(now: str, end: str | None) -> None:
    assert quiet_until(NIGHT, BERLIN, utc(now)) == (end and utc(end))


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-06-05 17:59", None),  # Friday
        ("2026-06-05 18:00", "2026-06-08 06:00"),  # the night runs into the weekend, and that into another night
        ("2026-06-06 12:00", "2026-06-08 06:00"),
        ("2026-06-07 21:59", "2026-06-08 06:00"),
        ("2026-06-08 06:00", None),
    ],
)
def test_a_weekend_ends_on_monday_morning(now: str, end: str | None) -> None:
    assert quiet_until(NIGHT_AND_WEEKEND, BERLIN, utc(now)) == (end and utc(end))


def test_hours_within_a_day_are_that_day_s() -> None:
    siesta = quiet_hours("13:00", "16:30")
    assert quiet_until(siesta, NEW_YORK, utc("2026-06-03 16:59")) is None
    assert quiet_until(siesta, NEW_YORK, utc("2026-06-03 17:00")) == utc("2026-06-03 20:30")


times = st.times().map(lambda at: f"{at:%H:%M}")
nights = st.tuples(times, times).filter(lambda night: night[0] != night[1])
hours = st.builds(lambda night, weekends: quiet_hours(*night, weekends=weekends), nights, st.booleans())
YEARS = timedelta(days=1000) // MINUTE
CHANGES = [utc("2026-03-29 01:00"), utc("2026-10-25 01:00"), utc("2026-03-08 07:00"), utc("2026-11-01 06:00")]
moments = st.integers(0, YEARS).map(lambda minutes: utc("2024-01-01") + minutes * MINUTE)


@given(hours, st.sampled_from(ZONES), moments)
def test_they_end_when_the_local_clock_says_so(found: QuietHours, zone: ZoneInfo, now: datetime) -> None:
    assume(len({(now + timedelta(hours=h)).astimezone(zone).utcoffset() for h in range(-30, 110, 2)}) == 1)
    assert quiet_until(found, zone, now) == _watched(found, zone, now)


@given(hours, st.sampled_from(ZONES), st.sampled_from(CHANGES), st.integers(-48 * 60, 48 * 60))
@example(quiet_hours("02:30", "03:30"), BERLIN, utc("2026-10-25 01:00"), 15)
def test_around_a_change_of_the_clocks_they_end_once(
    found: QuietHours, zone: ZoneInfo, change: datetime, minutes: int
) -> None:
    """A local time may come twice there, or never."""
    now = change + minutes * MINUTE
    end = quiet_until(found, zone, now)
    if end is not None:
        assert now < end <= now + timedelta(days=4)
        assert quiet_until(found, zone, end) is None
        assert all(quiet_until(found, zone, at) == end for at in (now + (end - now) * n / 7 for n in range(7)))


def _watched(found: QuietHours, zone: ZoneInfo, now: datetime) -> datetime | None:
    at = now
    while _is_quiet(found, at.astimezone(zone)):
        at += MINUTE
    return None if at == now else at


def _is_quiet(found: QuietHours, local: datetime) -> bool:
    begin, end, clock = time.fromisoformat(found.from_), time.fromisoformat(found.until), local.time()
    at_night = begin <= clock < end if begin < end else clock >= begin or clock < end
    return at_night or (found.weekends and local.weekday() >= 5)
