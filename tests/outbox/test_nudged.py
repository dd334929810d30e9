"""That a rule has nudged is a fact: when its message arrived, or at once where nothing is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from firstwin.db.tables import delivery, event
from firstwin.outbox.nudged import note_nudged
from firstwin.rules.terms import OVER, Step
from tests.tick.bench_of_rules import HOUR, POST, T0, World, rule
from tests.tick.test_steps import on_plan, told

pytestmark = pytest.mark.slow


def facts(engine: Engine) -> list[tuple[str, str | None, str]]:
    with engine.connect() as connection:
        query = select(event.c.name, event.c.account_id, event.c.props).where(event.c.name.like("firstwin.nudged.%"))
        return [(row.name, row.account_id, row.props["step"]) for row in connection.execute(query)]


def test_of_a_run_that_sends_nothing_a_nudge_is_a_fact_at_once(engine: Engine) -> None:
    world = World(
        engine,
        [rule("hello", steps=(Step("a", timedelta(0), (POST,)),)), rule("hidden", mode="shadow")],
        run_id="replay",
    )
    world.run = replace(world.run, sends=False)
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.tick(HOUR)
    world.tick(2 * HOUR)
    assert facts(engine) == [("firstwin.nudged.hello", "acme", "a")]


def test_of_one_that_sends_it_is_when_the_message_arrived(engine: Engine) -> None:
    world = World(engine, [rule("hello")])
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.tick(HOUR)
    assert facts(engine) == []
    with engine.begin() as connection:
        note_nudged(connection, connection.execute(select(delivery)).all(), T0 + 2 * HOUR)
    assert facts(engine) == [("firstwin.nudged.hello", "acme", "")]


def test_that_a_state_is_over_is_no_nudge(engine: Engine) -> None:
    world = World(engine, [told()])
    world.account("acme")
    world.tick(HOUR)
    on_plan(world, "pro", 2 * HOUR)
    on_plan(world, "free", 3 * HOUR)
    with engine.begin() as connection:
        note_nudged(connection, connection.execute(select(delivery)).all(), T0 + 3 * HOUR)
    assert [step for _, _, step in world.nudges()] == ["", OVER]
    assert facts(engine) == [("firstwin.nudged.pro", "acme", "")]
