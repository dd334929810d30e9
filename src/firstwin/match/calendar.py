"""Where a calendar day, week or month began in each time zone, and which of them ended between two ticks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, select

from firstwin.db import tables
from firstwin.db.types import EPOCH, MICROSECOND
from firstwin.rules.terms import Term, This
from firstwin.rules.walk import walk


def units_of(terms: Iterable[Term]) -> frozenset[str]:
    """The calendar words that the conditions use."""
    return frozenset(unit for term in terms for unit in _units(term))


def _units(term: Term) -> frozenset[str]:
    windows = (getattr(part, "window", None) for part in walk(term))
    return frozenset(window.unit for window in windows if isinstance(window, This))


def calendar(
    connection: Connection, units: frozenset[str], default: str, now: datetime, previous: datetime | None = None
) -> dict[str, Any]:
    """The parameters ``{unit}_began`` (for each zone in use) and ``{unit}_ended``, for the units that are asked for.

    ``{unit}_ended`` is the earliest beginning of a period that ended between ``previous`` and ``now``, or None.
    """
    if not units:
        return {}
    zones = list(connection.execute(select(tables.zone.c.name)).scalars())
    found: dict[str, Any] = {}
    for unit in units:
        found[f"{unit}_began"] = {
            name: (began(unit, zone, now) - EPOCH) // MICROSECOND for name, zone in known(zones, default)
        }
        found[f"{unit}_ended"] = None if previous is None else _ended(unit, zones, default, previous, now)
    return found


def places_of(connection: Connection, default: str) -> list[tuple[str, ZoneInfo]]:
    """Every zone in use by its name, and the default by none."""
    return known(list(connection.execute(select(tables.zone.c.name)).scalars()), default)


def known(zones: list[str], default: str) -> list[tuple[str, ZoneInfo]]:
    named = [(name, zone_of(name)) for name in zones]
    return [("", zone_of(default) or ZoneInfo("UTC")), *((name, zone) for name, zone in named if zone is not None)]


def _ended(unit: str, zones: list[str], default: str, previous: datetime, now: datetime) -> datetime | None:
    before_and_after = [(began(unit, z, previous), began(unit, z, now)) for _, z in known(zones, default)]
    return min((before for before, after in before_and_after if before != after), default=None)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo | None:
    """The time zone of that name, None for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def began(unit: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The moment at which the day, week (Monday) or month that holds ``now`` began in that zone."""
    day = now.astimezone(zone).date()
    if unit == "week":
        day -= timedelta(days=day.weekday())
    elif unit == "month":
        day = day.replace(day=1)
    return first_moment(day, zone)


def first_moment(day: date, zone: ZoneInfo) -> datetime:
    """Local midnight; where a clock change skips it, the first moment after; where it comes twice, the first.

    ``fold=0``, the default, means just that (PEP 495): in a gap it counts with the offset from before the change.
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)
