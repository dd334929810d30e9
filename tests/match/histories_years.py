"""Dates of earlier years: as they come round, 29 February among them, and some written with another offset."""

from __future__ import annotations

from calendar import isleap
from datetime import UTC, datetime, timedelta, timezone
from random import Random

YEARS = (2026, 2025, 2025, 2024, 2020, 1992, 1868)
EAST = timezone(timedelta(hours=5))


def in_some_year(rng: Random, raw: str, moment: datetime) -> tuple[str, datetime]:
    """The date, or date and time, of another year."""
    year = rng.choice((moment.year, *YEARS))
    is_last = (moment.month, moment.day) in ((2, 28), (2, 29)) and isleap(year) and rng.random() < 0.7
    day = 29 if is_last else min(moment.day, 28) if moment.month == 2 else moment.day
    moment = moment.replace(year=year, day=day)
    if len(raw) == len("2026-03-27"):
        return moment.date().isoformat(), moment
    return moment.astimezone(rng.choice((UTC, UTC, EAST))).isoformat(), moment
