"""A rule that is about to nudge far more than it ever did."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.outbox.pause import resume
from firstwin.rules.terms import Record, Rule
from tests.tick.bench_of_rules import DAY, HOUR, World, rule

pytestmark = pytest.mark.slow


def a_world(engine: Engine, of: Rule, *, run_id: str = "live", days: int = 30) -> World:
    """A rule that is ``days`` old and has nudged two accounts a day of late."""
    world = World(engine, [of], run_id, since=-days * DAY)
    world.tick(-days * DAY)
    for number in range(20):
        sign_up(world, f"old-{number}", -10 * DAY + number * 12 * HOUR)
        world.tick(-10 * DAY + number * 12 * HOUR)
    return world


def sign_up(world: World, name: str, at: timedelta) -> None:
    world.account(name, at)
    world.fact("signed_up", at, name)


def flood(world: World, count: int) -> str:
    for number in range(count):
        sign_up(world, f"new-{number}", HOUR)
    return world.tick(2 * HOUR)[0].tripped


def pauses(world: World) -> list[tuple[str, str]]:
    return [(row.scope, row.who) for row in world._rows(select(tables.pause))]


def test_a_flood_stops_the_rule_before_anything_is_written(engine: Engine) -> None:
    world = a_world(engine, rule())
    assert flood(world, 60) == "it would nudge 61 within a day; its busiest day of the last four weeks had 2"
    assert (len(world.nudges()), world.count(tables.delivery)) == (20, 20)
    assert pauses(world) == [("welcome", "firstwin")]
    assert world.tick(3 * HOUR)[0].nudges == 0


def test_a_busy_day_that_is_not_extraordinary_goes_out(engine: Engine) -> None:
    world = a_world(engine, rule())
    assert flood(world, 49) == ""
    assert (len(world.nudges()), pauses(world)) == (69, [])


def test_once_a_person_lets_it_go_on_it_does(engine: Engine) -> None:
    world = a_world(engine, rule())
    flood(world, 60)
    world.tick(50 * HOUR)
    with write(engine) as connection:
        assert resume(connection, "welcome")
    assert world.tick(51 * HOUR)[0].tripped == ""
    assert len(world.nudges()) == 80


@pytest.mark.parametrize(
    ("of", "run_id", "days"),
    [(rule(mode="shadow"), "live", 30), (rule(), "replay", 30), (rule("records", HOUR, Record("m")), "live", 30)],
)
def test_what_reaches_nobody_is_not_stopped(engine: Engine, of: Rule, run_id: str, days: int) -> None:
    assert flood(a_world(engine, of, run_id=run_id, days=days), 60) == ""


def test_a_young_rule_has_no_history_to_be_compared_with(engine: Engine) -> None:
    world = World(engine, [rule()], since=-6 * DAY)
    world.tick(-6 * DAY)
    assert flood(world, 60) == ""


def test_what_was_many_before_is_not_far_more(engine: Engine) -> None:
    world = World(engine, [rule()], since=-30 * DAY)
    world.tick(-30 * DAY)
    for number in range(20):
        sign_up(world, f"old-{number}", -20 * DAY)
    world.tick(-20 * DAY + HOUR)
    assert flood(world, 60) == ""
