"""Quiet hours: until when somebody is left in peace. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from firstwin.match.calendar import first_moment
from firstwin.match.strikes import DAY, WORKDAYS, moment_of
from firstwin.rules.quiet_hours import QuietHours

LONGEST = timedelta(days=5)  # a weekend with the nights around it


def quiet_until(hours: QuietHours, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the quiet hours end that ``now`` lies in, in UTC; None outside of them. One may begin as another one ends."""
    at, found = now, None
    while at - now < LONGEST and (end := _end(hours, zone, at)) is not None:
        at = found = end
    return found


def _end(hours: QuietHours, zone: ZoneInfo, at: datetime) -> datetime | None:
    """Of the hours alone, or of the day where it belongs to a weekend: whichever is later."""
    day = at.astimezone(zone).date()
    found = (*stretches(hours, zone, day - DAY), *stretches(hours, zone, day))
    return max((end for begin, end in found if begin <= at < end), default=None)


def stretches(hours: QuietHours, zone: ZoneInfo, day: date) -> Iterator[tuple[datetime, datetime]]:
    """From when until when nobody is written to, of what begins on that day: the night, and a day of the weekend."""
    morning = day if hours.from_ < hours.until else day + DAY
    yield moment_of(hours.from_, day, zone), moment_of(hours.until, morning, zone)
    if hours.weekends and day.weekday() >= WORKDAYS:
        yield first_moment(day, zone), first_moment(day + DAY, zone)
