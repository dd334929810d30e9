"""When a local clock strikes, found by looking at every minute: the first at which it shows that time, or a later one."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from firstwin.rules.terms_clock import ClockStart
from tests.match.naive_calendar import DAY, MINUTE

NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FARTHEST = timedelta(hours=15)  # no local day begins earlier than that before the day of UTC


@cache
def struck(at: str, day: date, zone: ZoneInfo) -> datetime:
    """The first minute at which a wall clock there shows that time of that day, or one that comes after it."""
    wanted = datetime.combine(day, time.fromisoformat(at))
    moment = datetime.combine(day, time(), UTC) - FARTHEST
    while moment.astimezone(zone).replace(tzinfo=None) < wanted:
        moment += MINUTE
    return moment


def is_meant(every: tuple[str, ...], day: date) -> bool:
    name = NAMES[day.weekday()]
    for one in every:
        match one:
            case "day":
                return True
            case "weekday" if name not in ("saturday", "sunday"):
                return True
            case "month" if day.day == 1:
                return True
            case _ if one == name:
                return True
    return False


def strikes(when: ClockStart, zone: ZoneInfo, after: datetime, until: datetime) -> list[tuple[date, datetime]]:
    """Those after the one moment and up to the other, oldest first."""
    day, found = (after - 2 * DAY).date(), []
    while day <= (until + 2 * DAY).date():
        if is_meant(when.every, day) and after < struck(when.at, day, zone) <= until:
            found.append((day, struck(when.at, day, zone)))
        day += DAY
    return found
