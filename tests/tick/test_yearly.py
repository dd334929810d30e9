"""Dates that come round each year, told as stories; and times of a date's day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.rules.terms import Again, DateStart, PropertyName, Rule, Step
from firstwin.tick.standing import AtTheWire
from tests.tick.bench_of_rules import DAY, HOUR, POST, T0, World, rule
from tests.tick.test_starts import live_in, since

pytestmark = pytest.mark.slow

FOUNDED = PropertyName("account", "founded")
EVERY_TIME = Again("every time")


def each_year(*steps: Step, at: str | None = None) -> Rule:
    on = Step("", timedelta(0), (POST,))
    return rule("jubilee", when=DateStart(FOUNDED, yearly=True, at=at), steps=steps or (on,), again=EVERY_TIME)


def founded(world: World, day: str, at: timedelta = HOUR) -> None:
    value = datetime.fromisoformat(day).replace(tzinfo=UTC)
    world.fact("firstwin.account.founded", at, props={"value": day}, value_at=value)


def test_each_return_is_a_start_of_its_own(engine: Engine) -> None:
    world = World(engine, [each_year()])
    world.account("acme")
    founded(world, "1992-02-29")
    for day in ("2027-02-27T23:59", "2027-02-28T00:00", "2027-03-01T00:00", "2028-02-28T00:00", "2028-02-29T00:00"):
        world.tick(since(day))
    assert starts(engine) == [("2027-02-29", "2027-02-28", 35), ("2028-02-29", "2028-02-29", 36)]
    assert len(world.nudges()) == 2


def test_the_day_itself_counts_where_it_lay_ahead(engine: Engine) -> None:
    world = World(engine, [each_year()])
    world.account("acme")
    founded(world, "2026-03-20")
    world.tick(since("2026-03-20T00:00"))
    world.tick(since("2027-03-20T00:00"))
    assert starts(engine) == [("2026-03-20", "2026-03-20", 0), ("2027-03-20", "2027-03-20", 1)]


def test_the_day_on_which_it_is_told_does_not_count(engine: Engine) -> None:
    world = World(engine, [each_year()])
    world.account("acme")
    founded(world, "2026-03-02")
    world.tick(2 * HOUR)
    world.tick(since("2027-03-02T00:00"))
    assert starts(engine) == [("2027-03-02", "2027-03-02", 1)]


def test_years_in_which_no_tick_came_are_not_made_up(engine: Engine) -> None:
    world = World(engine, [each_year()])
    world.account("acme")
    founded(world, "1990-03-20")
    world.tick(2 * HOUR)
    world.tick(since("2029-03-21T00:00"))
    assert starts(engine) == [("2029-03-20", "2029-03-20", 39)]


def test_the_clock_is_that_of_where_the_account_is_then(engine: Engine) -> None:
    world = World(engine, [each_year(at="09:00")])
    world.account("acme")
    founded(world, "1990-03-20")
    world.tick(2 * HOUR)
    live_in(world, "acme", "America/New_York", 5 * DAY)
    world.tick(since("2026-03-20T12:59"))
    assert world.nudges() == []
    world.tick(since("2026-03-20T13:00"))
    assert world.nudges() == [("jubilee", "acme", "")]


def test_another_day_is_a_moved_date_at_the_wire_and_another_year_is_not(engine: Engine) -> None:
    world = World(engine, [each_year(Step("before", -DAY, (POST,)), Step("on", timedelta(0), (POST,)))])
    for name in ("moved", "corrected"):
        world.account(name)
        value = datetime(1990, 3, 20, tzinfo=UTC)
        world.fact("firstwin.account.founded", HOUR, name, props={"value": "1990-03-20"}, value_at=value)
    world.tick(since("2026-03-19T00:00"))
    for name, value in (("moved", datetime(1990, 4, 20, tzinfo=UTC)), ("corrected", datetime(1991, 3, 20, tzinfo=UTC))):
        at = since("2026-03-19T01:00")
        world.fact("firstwin.account.founded", at, name, props={"value": value.date().isoformat()}, value_at=value)
    with write(engine) as connection:
        s = tables.start.c
        whose = {row.id: row.subject for row in connection.execute(select(s.id, s.subject))}
        found = AtTheWire(world.env)(
            connection, "live", "jubilee", "on", sorted(whose), T0 + since("2026-03-20T00:00"), evidence=False
        )
    assert {whose[id_]: standing.left for id_, standing in found.items()} == {"moved": "date_moved", "corrected": None}


def starts(engine: Engine) -> list[tuple[str, str, int]]:
    s = tables.start.c
    with engine.connect() as connection:
        rows = connection.execute(select(s.key, s.props).order_by(s.at))
        return [(row.key, row.props["date"], row.props["years"]) for row in rows]
