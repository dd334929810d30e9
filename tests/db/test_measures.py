"""What measures events gives the same on both databases, and the same as Python."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, bindparam, func, insert, select

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.db.measures import in_stretch, json_items, json_key, json_total, local_day, of_zone
from firstwin.db.types import EPOCH, MICROSECOND, Instant, Json

traits = tables.account.c.traits
AMOUNTS: list[Any] = [0.1, 0.2, 19.99, -3, 1e15, 7, "5", True, None, [1], {}]
KINDS: list[Any] = ["7", 7, 7.0, "true", True, False, "", 0, None, [7], {"a": 1}]
BERLIN = ZoneInfo("Europe/Berlin")
STRETCHES = bindparam("stretches", type_=Json)
AT = bindparam("at", type_=Instant())
ALL_OF_TIME = (-(10**16), 10**17)

on_one_database = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def keep(engine: Engine, values: list[Any]) -> None:
    rows = [{"id": str(number), "traits": {"x": value}, "asserted": {}} for number, value in enumerate(values)]
    with write(engine) as connection:
        connection.execute(tables.account.delete())
        connection.execute(insert(tables.account), rows)


def total(engine: Engine) -> object:
    with read(engine) as connection:
        return connection.execute(select(json_total(traits, "x"))).scalar_one()


def test_only_numbers_add_up(engine: Engine) -> None:
    keep(engine, AMOUNTS)
    assert total(engine) == pytest.approx(1e15 + 24.29, rel=1e-15)


def test_cents_add_up_to_what_they_are(engine: Engine) -> None:
    keep(engine, [0.1] * 3 + [19.99] * 1000)
    assert total(engine) == 19990.3


@pytest.mark.parametrize(("value", "limit"), [(1.7e308, 1e300), (-1.7e308, -1e300)])
def test_no_total_is_infinite(engine: Engine, value: float, limit: float) -> None:
    keep(engine, [value, value])
    assert total(engine) == limit


def test_the_total_of_no_rows_is_zero(engine: Engine) -> None:
    assert total(engine) == 0


def test_a_key_tells_kinds_and_values_apart_and_numbers_not_by_their_spelling(engine: Engine) -> None:
    keep(engine, KINDS)
    key = json_key(traits, "x")
    counted = select(func.count(tables.account.c.id)).where(key.is_not(None)).group_by(key)
    with read(engine) as connection:
        assert sorted(connection.execute(counted).scalars()) == [1] * 6 + [2]  # the pair is 7 and 7.0
        assert connection.execute(select(func.count()).where(key.is_(None))).scalar_one() == 3


def day_of(engine: Engine, at: datetime, zone: str, stretches: dict[str, Any]) -> list[Any]:
    stretch = json_items(of_zone(STRETCHES, bindparam("zone"))).table_valued("value", name="stretch").alias()
    query = select(local_day(AT, stretch.c.value)).where(in_stretch(AT, stretch.c.value))
    with read(engine) as connection:
        return list(connection.execute(query, {"at": at, "zone": zone, "stretches": stretches}).scalars())


def as_python_has_it(at: datetime, offset: timedelta, days: list[Any]) -> bool:
    """A date, or on SQLite the number of days since some day long ago."""
    local = (at + offset).date()
    return days in ([local], [(local - EPOCH.date()).days + 1_000_000])


@on_one_database
@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds it
    st.integers(-14 * 60, 14 * 60),
)
def test_a_day_is_that_of_the_clock_there(engine: Engine, at: datetime, minutes: int) -> None:
    offset = timedelta(minutes=minutes)
    found = day_of(engine, at, "X", {"X": [[*ALL_OF_TIME, offset // MICROSECOND]], "": []})
    assert as_python_has_it(at, offset, found)


def test_a_moment_lies_in_one_stretch(engine: Engine) -> None:
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    until, hour = (change - EPOCH) // MICROSECOND, timedelta(hours=1) // MICROSECOND
    stretches = {"": [[ALL_OF_TIME[0], until, hour], [until, ALL_OF_TIME[1], 23 * hour]]}
    before = day_of(engine, change - MICROSECOND, "Mars/Base", stretches)
    after = day_of(engine, change, 'a"b', stretches)
    assert as_python_has_it(change - MICROSECOND, timedelta(hours=1), before)
    assert as_python_has_it(change, timedelta(hours=23), after)
