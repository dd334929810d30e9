"""Days, weeks and months as the clocks of a place have them, and dates written as text."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
Unit = Literal["day", "week", "month"]


def first_day(unit: Unit, day: date) -> date:
    match unit:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The day's first moment there: 00:00, or the first minute after it where the clocks skip 00:00."""
    moment = datetime.combine(day, time(), zone).astimezone(UTC)
    while (moment - MINUTE).astimezone(zone).date() >= day:
        moment -= MINUTE
    return moment


def zone_named(name: object) -> ZoneInfo | None:
    if not isinstance(name, str) or not name:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def moment_named(raw: object, zone: ZoneInfo) -> datetime | None:
    """The moment that an ISO date (its midnight there) or date and time (UTC, if it has no offset) names."""
    if not isinstance(raw, str):
        return None
    try:
        return midnight(date.fromisoformat(raw), zone)
    except ValueError:
        pass
    try:
        named = datetime.fromisoformat(raw)
    except ValueError:
        return None
    return named if named.tzinfo else named.replace(tzinfo=UTC)
