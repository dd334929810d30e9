"""Moments as whole microseconds since 1970, read from what messages and properties say."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import TypeGuard
from zoneinfo import ZoneInfo, available_timezones

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400_000_000
LONGEST = 64  # characters of a moment; what was read is remembered, and a text may have 500,000
DATE = re.compile(
    r"\d{4}-\d\d-\d\d(?P<time>[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)  # ISO 8601 as people write it: what else `fromisoformat` takes (20260327, 2026-W13) is rather a number or a text


def microseconds(moment: datetime) -> int:
    """Without rounding: a float holds too few digits."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


FIRST, LAST = microseconds(datetime.min.replace(tzinfo=UTC)), microseconds(datetime.max.replace(tzinfo=UTC))


def instant(moment: int) -> datetime:
    return EPOCH + timedelta(microseconds=moment)


def iso(moment: int) -> str:
    return instant(moment).isoformat().replace("+00:00", "Z")


def read_time(text: str) -> int | None:
    """The moment that an ISO 8601 text names, UTC where it says no offset; None if it names none."""
    return _read_time(text) if len(text) <= LONGEST else None


@lru_cache(maxsize=4096)
def _read_time(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _in_calendar(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _in_calendar(moment: datetime) -> int | None:
    """Within the years 1 to 9999 as UTC counts them, beyond which no datetime reaches."""
    found = microseconds(moment)
    return found if FIRST <= found <= LAST else None


def is_date_only(value: object) -> bool:
    """Whether the moment that the value names depends on a time zone."""
    return isinstance(value, str) and len(value) == len("2026-03-27") and named_moment(value, "UTC") is not None


def named_moment(value: object, zone: str) -> int | None:
    """The moment that a property's value names, if it is a date. A date alone is its midnight in ``zone``."""
    if type(value) is not str or not len("2026-03-27") <= len(value) <= LONGEST or value[4] != "-":
        return None
    return _named(value, zone)


@lru_cache(maxsize=4096)
def _named(text: str, zone: str) -> int | None:
    found = DATE.fullmatch(text)
    if found is None:
        return None
    return read_time(text) if found["time"] else _midnight(text, zone)


def _midnight(date: str, zone: str) -> int | None:
    """Where a clock change skips midnight, the first valid minute after; where it repeats it, the first of the two."""
    try:
        day = datetime.fromisoformat(date)
    except ValueError:
        return None
    return _in_calendar(day.replace(tzinfo=ZoneInfo(zone)))


def is_zone(name: object) -> TypeGuard[str]:
    return isinstance(name, str) and name in _zones()


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
