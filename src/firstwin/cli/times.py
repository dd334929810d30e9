"""Moments and lengths of time as people write them at the command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LENGTH = re.compile(r"([1-9]\d{0,5})\s*(m|min|minutes?|h|hours?|d|days?|w|weeks?)")


def length(text: str) -> timedelta | None:
    """``90d``, ``90 days``, ``1h``; None for what is none."""
    found = LENGTH.fullmatch(text.strip().lower())
    return timedelta(**{UNITS[found[2][0]]: int(found[1])}) if found else None


def moment(text: str) -> datetime | None:
    """``2026-03-27`` or ``2026-03-27T09:00``, in UTC where nothing else is said; None for what is none."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
