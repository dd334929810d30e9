"""How a date comes round each year, and the hour of a day at which it counts. Pure: texts, zones and moments."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator
from datetime import MAXYEAR, UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from firstwin.facts.moments import instant, is_date_only, is_zone, named_moment
from firstwin.match.strikes import moment_of

YEAR = 4  # digits; what follows them says which day of a year it is
DAY = timedelta(days=1)
OF_ZONES = timedelta(hours=32)  # no zone's clocks are, or were in their oldest times, farther from another's
LEAP_DAYS = {(2, 28), (2, 29), (3, 1)}
LAST_DAY, NEXT_MONTH = (2, 28), (3, 1)
Span = tuple[datetime, datetime]


def day_of_year(raw: str) -> str:
    """What stays the same from year to year: ``-03-27`` of ``1990-03-27``, with its time where it has one."""
    return raw[YEAR:]


def in_year(raw: str, year: int) -> str:
    """The same date in another year. 29 February falls on the 28th where there is none."""
    of_year = day_of_year(raw)
    if of_year.startswith("-02-29") and not isleap(year):
        of_year = "-02-28" + of_year[len("-02-29") :]
    return f"{year:04}{of_year}"


def moment_on(raw: str, zone: str, at: str | None) -> datetime | None:
    """The moment that a date names in a zone, or with ``at`` that time of its day there; None if it names none."""
    named = named_moment(raw, zone)
    if named is None or at is None:
        return None if named is None else instant(named)
    place = ZoneInfo(zone)
    try:
        day = datetime.fromisoformat(raw) if is_date_only(raw) else instant(named).astimezone(place)
        return moment_of(at, day.date(), place)
    except OverflowError:  # at the ends of the calendar
        return None


def newest_return(raw: str, zone: str, at: str | None, until: datetime, first: int) -> tuple[int, datetime] | None:
    """The last year, from ``first`` on, in which the date has come round by ``until``, and when that was."""
    for year in range(min(until.year + 1, MAXYEAR), first - 1, -1):
        moment = moment_on(in_year(raw, year), zone, at)
        if moment is not None and moment <= until:
            return year, moment
    return None


def next_return(raw: str, zone: str, at: str | None, after: datetime, first: int) -> tuple[int, datetime] | None:
    """The first year, from ``first`` on, in which the date comes round after ``after``."""
    for year in range(max(first, after.year - 1), MAXYEAR + 1):
        moment = moment_on(in_year(raw, year), zone, at)
        if moment is not None and moment > after:
            return year, moment
    return None


def zone_or(name: object, default: str) -> str:
    """The zone of that name; the project's, where it is none."""
    return name if is_zone(name) else default if is_zone(default) else "UTC"


def spans(after: datetime, until: datetime, oldest: int, at: str | None) -> Iterator[Span]:
    """For each year since ``oldest``: between which moments the dates lie that may have come round in ``(after, until]``.

    Wide enough for a date that was written in another time zone, for ``at``, and for 29 February.
    """
    begin, end = _widened(after, until, OF_ZONES + (DAY if at else timedelta(0)))
    for years in range(end.year - oldest + 1):
        if begin.year - years >= 1:
            yield _back(begin, years, LAST_DAY), _back(end, years, NEXT_MONTH)


def _widened(after: datetime, until: datetime, margin: timedelta) -> Span:
    begin, end = after.astimezone(UTC) - margin, until.astimezone(UTC) + margin
    days = (begin + number * DAY for number in range(-1, (end - begin) // DAY + 3))
    leaps = any((day.month, day.day) in LEAP_DAYS for day in days)
    return (begin - DAY, end + DAY) if leaps else (begin, end)


def _back(moment: datetime, years: int, instead: tuple[int, int]) -> datetime:
    year = moment.year - years
    if (moment.month, moment.day) == (2, 29) and not isleap(year):
        return moment.replace(year=year, month=instead[0], day=instead[1])
    return moment.replace(year=year)
