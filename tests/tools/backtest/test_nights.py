"""Nights over a long stretch, held against the worker's own answer at each moment; and whose clock counts when."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.outbox.peace import Peace
from firstwin.outbox.quiet import quiet_until
from firstwin.tools.backtest.grid import grid_of
from firstwin.tools.backtest.nights import Nights
from tests.outbox.given import quiet_hours

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGIN = datetime.fromisoformat("2026-03-20T00:00+00:00")
GRID = grid_of(BEGIN, BEGIN + 30 * DAY, HOUR)  # clocks change in Berlin and in New York, but not on the same day
NIGHT = quiet_hours("20:00", "08:00")
ALL_HOURS = {
    "a night": NIGHT,
    "a siesta": quiet_hours("13:00", "16:30"),
    "the hour that a clock change skips": quiet_hours("02:30", "03:15"),
    "nights and weekends": quiet_hours("18:00", "07:00", weekends=True),
    "all but a minute": quiet_hours("08:01", "08:00", weekends=True),
}
ZONES = ("Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kathmandu", "UTC")


def lives_in(engine: Engine, zone: Any, at: datetime, known_at: datetime | None = None, **whom: str) -> None:
    ((kind, subject),) = whom.items()
    told = {"name": f"firstwin.{kind}.timezone", "props": {"value": zone}, f"{kind}_id": subject}
    with write(engine) as connection:
        row = told | {"occurred_at": at, "received_at": known_at or at, "known_at": known_at or at}
        connection.execute(insert(tables.event).values(row))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("name", ALL_HOURS)
def test_they_end_when_the_worker_says_so(engine: Engine, name: str, zone: str) -> None:
    rng, hours = Random(name + zone), ALL_HOURS[name]
    with read(engine) as connection:
        nights = Nights(connection, Peace(hours, zone), GRID)
    for _ in range(300):
        at = BEGIN + rng.randrange(30 * 24 * 4) * HOUR / 4 + rng.choice((-1, 0, 1)) * timedelta(microseconds=1)
        assert nights.until("ada", "acme", at) == quiet_until(hours, ZoneInfo(zone), at)


def test_the_clock_counts_of_where_they_were_known_to_be_then(engine: Engine) -> None:
    noon = BEGIN + 5 * DAY + 12 * HOUR
    lives_in(engine, "UTC", BEGIN, account="acme")
    lives_in(engine, "Pacific/Apia", noon + DAY, noon + 3 * DAY, person="ada")  # one o'clock in the night
    lives_in(engine, "Mars/Olympus", noon + 5 * DAY, person="ada")
    with read(engine) as connection:
        nights = Nights(connection, Peace(NIGHT, "Asia/Tokyo"), GRID)  # nine o'clock in the evening
    held = {day: nights.until("ada", "acme", noon + day * DAY) is not None for day in (0, 2, 3, 6)}
    assert held == {0: False, 2: False, 3: True, 6: False}
    assert nights.until("ben", None, noon) == noon + 11 * HOUR


def test_without_quiet_hours_nobody_waits(engine: Engine) -> None:
    with read(engine) as connection:
        nights = Nights(connection, Peace(), GRID)
    assert nights.until("ada", "acme", BEGIN) is None
