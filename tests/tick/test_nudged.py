"""Conditions that ask what has arrived: from the delivery of one rule to the tick of another, live and in a replay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.db.runs import set_clock
from firstwin.outbox.destinations import know
from firstwin.rules.terms import Again, BecomesStart, EventStart, Ever, InLast, Nudged, SinceStart, Step
from tests.outbox.given import answered, on_the_wire, taken
from tests.tick.bench_of_rules import DAY, HOUR, POST, T0, World, rule

pytestmark = pytest.mark.slow
RUNS = pytest.mark.parametrize("run", ["live", "a replay"])
WELCOMED = Nudged("welcome", InLast(2 * DAY))
STEPS = (Step("one", timedelta(0), (POST,)), Step("two", DAY, (POST,), only_if=Nudged("series", SinceStart(), "one")))


def deliver(world: World, at: timedelta) -> int:
    """What is scheduled arrives: as a replay drains it, its clock still at the slot; live, by the real clock."""
    with write(world.engine) as connection:
        set_clock(connection, world.run_id, T0 + at)
        know(connection, ["crm"])
    leased = taken(world.engine, run=world.run_id)
    on_the_wire(world.engine, leased, run=world.run_id)
    for each in leased:
        answered(world.engine, each, "accepted", run=world.run_id)
    return len(leased)


@RUNS
def test_a_state_that_waits_for_a_nudge_begins_when_the_message_has_arrived(engine: Engine, run: str) -> None:
    """The reader's name comes first, so that it has done the slot before the nudge arrives."""
    reader = rule("a-reader", when=BecomesStart(WELCOMED), again=Again("every time"))
    world = World(engine, [reader, rule("welcome")], run)
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.tick(timedelta(0))
    world.tick(2 * HOUR)
    assert world.nudges() == [("welcome", "acme", "")]
    world.tick(3 * HOUR)
    assert world.nudges() == [("welcome", "acme", "")]
    assert deliver(world, 3 * HOUR) == 1
    world.tick(4 * HOUR)
    assert world.nudges() == [("welcome", "acme", ""), ("a-reader", "acme", "")]
    world.tick(3 * HOUR + 2 * DAY)
    world.tick(4 * HOUR + 2 * DAY)
    assert _episodes(world) == [(T0 + 4 * HOUR, T0 + 3 * HOUR + 2 * DAY)]


@RUNS
def test_a_step_goes_out_only_after_another_has_arrived(engine: Engine, run: str) -> None:
    world = World(engine, [rule("series", steps=STEPS)], run)
    for account in ("acme", "basic"):
        world.account(account)
        world.fact("signed_up", HOUR, account)
    world.tick(2 * HOUR)
    with write(engine) as connection:
        connection.execute(tables.delivery.delete().where(tables.delivery.c.account_id == "basic"))
    deliver(world, 2 * HOUR)
    world.tick(26 * HOUR)
    assert world.nudges()[2:] == [("series", "acme", "two")]
    assert world.skips() == [("basic", "gate_false")]


def test_a_replay_does_not_ask_what_the_live_rules_sent(engine: Engine) -> None:
    reader = rule("reader", wait=DAY, when=EventStart(("signed_up",)), only_if=Nudged("welcome", Ever()))
    live = World(engine, [rule("welcome")])
    live.account("acme")
    live.fact("signed_up", HOUR)
    live.tick(2 * HOUR)
    deliver(live, 2 * HOUR)
    replay = World(engine, [reader], "a replay")
    replay.tick(26 * HOUR)
    assert replay.skips() == [("acme", "gate_false")]


def test_what_a_rule_sent_under_its_old_name_it_has_sent(engine: Engine) -> None:
    reader = rule("reader", wait=DAY, only_if=Nudged("hello", Ever()))
    world = World(engine, [rule("welcome"), reader])
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.tick(2 * HOUR)
    deliver(world, 2 * HOUR)
    world.know(rule("hello", was="welcome", version="2"), reader, at=3 * HOUR)
    world.tick(26 * HOUR)
    assert world.nudges() == [("hello", "acme", ""), ("reader", "acme", "")]


def _episodes(world: World) -> list[tuple[object, object]]:
    e = tables.episode.c
    with read(world.engine) as connection:
        return [tuple(row) for row in connection.execute(select(e.since, e.until).where(e.run == world.run_id))]
