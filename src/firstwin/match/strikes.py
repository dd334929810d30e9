"""When a local clock strikes: the moments of a day's time in a zone, and which of them lie between two ticks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from firstwin.db.types import EPOCH, MICROSECOND
from firstwin.rules.terms_clock import ClockStart

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MOST = 31  # strikes that are looked back for after an outage
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WORKDAYS = 5
NEVER = (datetime(9999, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND


@dataclass(frozen=True)
class Strike:
    """The local day is what a start goes by, so that a subject whose zone changes meets each day once."""

    day: date
    at: datetime


@dataclass(frozen=True)
class Strikes:
    """The strikes of each place, oldest first; the place "" is every one that is not named."""

    by_place: Mapping[str, tuple[Strike, ...]]

    def __bool__(self) -> bool:
        return any(self.by_place.values())

    def of(self, place: str | None) -> tuple[Strike, ...]:
        return self.by_place.get(place or "", self.by_place[""])

    def newest(self) -> dict[str, int]:
        """As the database is asked: microseconds since 1970, in the far future where it did not strike."""
        return {
            place: (strikes[-1].at - EPOCH) // MICROSECOND if strikes else NEVER
            for place, strikes in self.by_place.items()
        }


def strikes_of(when: ClockStart, places: Mapping[str, ZoneInfo], after: datetime, until: datetime) -> Strikes:
    """Those in ``(after, until]``."""
    by_zone = {zone.key: _between(when, zone, after, until) for zone in places.values()}
    return Strikes({place: by_zone[zone.key] for place, zone in places.items()})


def _between(when: ClockStart, zone: ZoneInfo, after: datetime, until: datetime) -> tuple[Strike, ...]:
    found: list[Strike] = []
    for day in _backwards(until.astimezone(zone).date() + DAY, after.astimezone(zone).date() - DAY):
        if len(found) == MOST:
            break
        if is_on(when, day):
            strike = Strike(day, moment_of(when.at, day, zone))
            found += [strike] if after < strike.at <= until else []
    return tuple(reversed(found))


def _backwards(last: date, first: date) -> Iterator[date]:
    day = last
    while day >= first:
        yield day
        day -= DAY


def is_on(when: ClockStart, day: date) -> bool:
    """Whether the clock strikes on that day of the calendar."""
    weekday = day.weekday()
    names = {"day", WEEKDAYS[weekday]}
    names |= {"weekday"} if weekday < WORKDAYS else set()
    names |= {"month"} if day.day == 1 else set()
    return not names.isdisjoint(when.every)


@lru_cache(maxsize=65536)
def moment_of(at: str, day: date, zone: ZoneInfo) -> datetime:
    """The moment of a local time: where a clock change skips it, the first minute after; where it repeats it, the first."""
    local = datetime.combine(day, time.fromisoformat(at))
    while not _exists(local, zone):
        local += MINUTE
    return local.replace(tzinfo=zone).astimezone(UTC)


def _exists(local: datetime, zone: ZoneInfo) -> bool:
    there = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there.replace(tzinfo=None) == local
