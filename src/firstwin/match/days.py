"""How far the clocks of each time zone are from UTC, stretch by stretch: by these SQL finds the local day of a fact.

Both databases get the stretches from here and none asks its own list of time zones: those differ from each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from firstwin.db import tables
from firstwin.db.types import EPOCH, MICROSECOND
from firstwin.match.calendar import known
from firstwin.rules.terms import Between, InLast, Measure, Term, This
from firstwin.rules.walk import walk

BEGINNING = (datetime.min.replace(tzinfo=UTC) - EPOCH) // MICROSECOND
END = (datetime.max.replace(tzinfo=UTC) - EPOCH) // MICROSECOND
SECOND, DAY, MONTH = timedelta(seconds=1), timedelta(days=1), timedelta(days=32)

Counted = tuple[Measure, ...]  # in days
Stretch = tuple[int, int, int]  # from, until, and how far local time is ahead of UTC, all in microseconds


def counted_by_day(terms: Iterable[Term]) -> Counted:
    parts = (part for term in terms for part in walk(term))
    return tuple(dict.fromkeys(part for part in parts if isinstance(part, Measure) and part.what == "days"))


def offsets(connection: Connection, counted: Counted, default: str, now: datetime) -> dict[str, Any]:
    """The parameter ``offsets``: for each zone in use, its stretches from the earliest fact that may be counted to now."""
    if not counted:
        return {}
    first = min(_earliest(connection, measure, now) for measure in counted)
    zones = known(list(connection.execute(select(tables.zone.c.name)).scalars()), default)
    return {"offsets": {name: list(stretches(zone, first, now)) for name, zone in zones}}


def _earliest(connection: Connection, measure: Measure, now: datetime) -> datetime:
    match measure.window:
        case InLast(length) | Between(length, _):
            return now - length
        case This():
            return now - MONTH
        case _:
            at = tables.event.c.occurred_at
            names = tables.event.c.name.in_(measure.names)
            return connection.execute(select(func.min(at)).where(names)).scalar_one() or now


def stretches(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[Stretch]:
    """Without a gap from the beginning of time to its end, and right between ``first`` and ``last``."""
    since, offset = BEGINNING, _offset(zone, first)
    for change in _changes_between(zone, first, last):
        until = (change - EPOCH) // MICROSECOND
        yield since, until, offset // MICROSECOND
        since, offset = until, _offset(zone, change)
    yield since, END, offset // MICROSECOND


def _changes_between(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    for year in range(first.year, last.year + 1):
        yield from (change for change in _changes(zone, year) if first < change <= last)


@lru_cache(maxsize=1 << 15)
def _changes(zone: ZoneInfo, year: int) -> tuple[datetime, ...]:
    """When the clocks of that zone were, or will be, changed in a year of UTC."""
    day, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    found = []
    while day < end:
        if _offset(zone, day) != _offset(zone, day + DAY):
            found.append(_change_after(zone, day))
        day += DAY
    return tuple(found)


def _change_after(zone: ZoneInfo, before: datetime) -> datetime:
    """The first moment with another offset than ``before``, which is at most a day away; changes fall on whole seconds."""
    after = before + DAY
    while after - before > SECOND:
        middle = before + (after - before) // 2 // SECOND * SECOND
        if _offset(zone, middle) == _offset(zone, before):
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)
