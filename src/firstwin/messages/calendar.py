"""Moments and lengths of time in words."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from firstwin.messages.error import Stopped

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PATTERN = re.compile(r"%(.)")
DAY_ONLY = re.compile(r"\d{4}-\d{2}-\d{2}")

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 604800
MONTH, YEAR = 30.44 * DAY, 365.25 * DAY
UNITS = (  # the unit that is used up to so many seconds
    (90 * MINUTE, MINUTE, "minute"),
    (48 * HOUR, HOUR, "hour"),
    (14 * DAY, DAY, "day"),
    (60 * DAY, WEEK, "week"),
    (2 * YEAR, MONTH, "month"),
    (float("inf"), YEAR, "year"),
)


@lru_cache(maxsize=1000)
def zone_named(name: str) -> ZoneInfo | None:
    """The time zone, or None where a customer's data names none that there is."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def moment(value: object, zone: ZoneInfo) -> datetime | date:
    """A moment in ``zone``, or a day, from what the data holds: a moment, or ISO 8601 text."""
    if isinstance(value, datetime):
        return value.astimezone(zone)
    if not isinstance(value, str):
        raise Stopped("failed", f"{value!r} is not a date.")
    try:
        if DAY_ONLY.fullmatch(value):
            return date.fromisoformat(value)
        found = datetime.fromisoformat(value)
    except ValueError:
        raise Stopped("failed", f"“{value[:40]}” is not a date.") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(zone)


def day_in_words(when: date) -> str:
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def moment_in_words(when: datetime | date) -> str:
    """``14 March 2026, 09:30 CET``; of a day only the day."""
    day = day_in_words(when)
    return f"{day}, {when:%H:%M} {when.tzname()}" if isinstance(when, datetime) else day


def formatted(when: datetime | date, pattern: str) -> str:
    """``when`` in a pattern of strftime's plain codes, in English whatever the machine's language."""
    return PATTERN.sub(lambda code: _coded(when, code[1]), pattern)


def _coded(when: datetime | date, code: str) -> str:
    words = {
        "A": WEEKDAYS[when.weekday()],
        "a": WEEKDAYS[when.weekday()][:3],
        "B": MONTHS[when.month - 1],
        "b": MONTHS[when.month - 1][:3],
        "e": str(when.day),
        "%": "%",
    }
    if code in words:
        return words[code]
    if code not in "dmyYHMIpSZ":
        raise Stopped("failed", f"A date has no “%{code}”; use %d %m %Y, %e %B %Y, %a, %H:%M.")
    return when.strftime(f"%{code}")


def length_in_words(length: timedelta) -> str:
    """``2 days``: one number, rounded down, in the unit that people would take."""
    seconds = abs(length.total_seconds())
    if seconds < MINUTE:
        return "a moment"
    size, unit = next((size, unit) for most, size, unit in UNITS if seconds < most)
    number = int(seconds // size)
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def distance_in_words(when: datetime, now: datetime) -> str:
    """``2 days ago``, or ``in 3 hours``."""
    length = length_in_words(now - when)
    if length == "a moment":
        return "just now"
    return f"{length} ago" if when <= now else f"in {length}"
