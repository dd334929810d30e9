from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from firstwin.facts.moments import instant, is_date_only, is_zone, iso, microseconds, named_moment, read_time


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-03-27T10:00:00Z", "2026-03-27T10:00:00Z"),
        ("2026-03-27T10:00:00.123456Z", "2026-03-27T10:00:00.123456Z"),
        ("2026-03-27T10:00:00.123456789Z", "2026-03-27T10:00:00.123456Z"),
        ("2026-03-27T12:00:00+02:00", "2026-03-27T10:00:00Z"),
        ("2026-03-27T10:00:00", "2026-03-27T10:00:00Z"),
        ("2026-03-27", "2026-03-27T00:00:00Z"),
    ],
)
def test_a_time_is_read_as_utc_to_the_microsecond(said: str, meant: str) -> None:
    moment = read_time(said)
    assert moment is not None
    assert iso(moment) == meant


@pytest.mark.parametrize("read", [read_time, lambda said: named_moment(said, "UTC")])
def test_a_long_text_is_not_remembered(read: Callable[[str], object]) -> None:
    """A sender may say another one each time, of half a megabyte."""
    texts = [f"{number:04}-" + "x" * 50_000 for number in range(500)]
    tracemalloc.start()
    for text in texts:
        read(text + "y")
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 5_000_000


@pytest.mark.parametrize(
    "said", ["", "yesterday", "2026-13-01", "2026-03-27T25:00Z", "0001-01-01T00:00+14:00", "1774000000"]
)
def test_what_is_no_time_is_none(said: str) -> None:
    assert read_time(said) is None


def test_moments_keep_every_microsecond_in_both_directions() -> None:
    for moment in (datetime(9999, 12, 31, 23, 59, 59, 999999, UTC), datetime(1, 1, 1, 0, 0, 0, 1, UTC)):
        assert instant(microseconds(moment)) == moment


@pytest.mark.parametrize(
    ("value", "zone", "meant"),
    [
        ("2026-05-01", "UTC", "2026-05-01T00:00:00Z"),
        ("2026-05-01", "Europe/Berlin", "2026-04-30T22:00:00Z"),
        ("2026-05-01", "Pacific/Kiritimati", "2026-04-30T10:00:00Z"),
        ("2026-05-01T10:00", "Europe/Berlin", "2026-05-01T10:00:00Z"),
        ("2026-05-01 10:00:00.5+02:00", "UTC", "2026-05-01T08:00:00.500000Z"),
        ("1969-07-20", "UTC", "1969-07-20T00:00:00Z"),
    ],
)
def test_a_date_alone_is_midnight_in_its_zone(value: str, zone: str, meant: str) -> None:
    moment = named_moment(value, zone)
    assert moment is not None
    assert iso(moment) == meant


def test_a_midnight_that_a_clock_change_skips_is_the_first_minute_after() -> None:
    moment = named_moment("2018-11-04", "America/Sao_Paulo")  # from 00:00 the clocks went to 01:00
    assert moment == microseconds(datetime(2018, 11, 4, 3, tzinfo=UTC))


def test_a_midnight_that_a_clock_change_repeats_is_the_first_of_the_two() -> None:
    moment = named_moment("2018-02-18", "America/Sao_Paulo")  # at 24:00 of the 17th the clocks went to 23:00
    assert moment == microseconds(datetime(2018, 2, 18, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    "value", ["20260501", "2026-W18-5", "2026-05", "2026-05-32", "2026-05-01 ", "v2026-05-01", "\uff10026-05-01", 20260501, None, True, ["2026-05-01"]]
)  # fmt: skip
def test_what_is_no_date_names_no_moment(value: object) -> None:
    assert named_moment(value, "UTC") is None


def test_a_date_before_the_calendar_of_the_program_names_no_moment() -> None:
    assert named_moment("0001-01-01", "Asia/Tokyo") is None
    assert named_moment("0000-01-01", "UTC") is None


def test_only_a_date_without_a_time_depends_on_the_zone() -> None:
    assert is_date_only("2026-05-01")
    assert not is_date_only("2026-05-01T00:00:00Z")
    assert not is_date_only("2026-05-99")
    assert not is_date_only(20260501)


@pytest.mark.parametrize("name", ["America", "../../etc/passwd", "", "/UTC", "europe/berlin ", "Mars/Olympus", None, 5])
def test_what_is_no_zone_is_told_from_one(name: object) -> None:
    assert not is_zone(name)
    assert is_zone("Europe/Berlin")
    assert is_zone("UTC")
