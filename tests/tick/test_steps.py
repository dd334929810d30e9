"""Steps that are repeated, renamed or edited, and what is told when a state is over, as stories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.match.value import Standing
from firstwin.rules.terms import (
    OVER,
    Again,
    BecomesStart,
    Comparison,
    Count,
    Property,
    PropertyName,
    Rule,
    SinceStart,
    Step,
)
from firstwin.tick.standing import AtTheWire
from tests.tick.bench_of_rules import DAY, HOUR, POST, T0, World, rule

pytestmark = pytest.mark.slow

PLAN = Property(PropertyName("account", "plan"), (Comparison("is", ("pro",)),))
EVERY_TIME = Again("every time")


def chase(
    times: int, every: timedelta = DAY, wait: timedelta = HOUR, name: str = "chase", was: str | None = None
) -> tuple[Step, ...]:
    return Step(name, wait, (POST,), every=every, times=times, was=was).repeated()


def steps_of(world: World) -> list[str]:
    return [step for _, _, step in world.nudges()]


def signed_up(world: World) -> None:
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.tick(HOUR)


# ---- repeated -------------------------------------------------------------------------------------------------------


def test_a_step_is_repeated_until_it_was_done_often_enough(engine: Engine) -> None:
    world = World(engine, [rule("chase", steps=chase(3))])
    signed_up(world)
    for hour in range(2, 24 * 6, 6):
        world.tick(hour * HOUR)
    assert steps_of(world) == ["chase", "chase.2", "chase.3"]
    assert world.starts() == [("done", None)]


def test_a_repeated_step_ends_with_its_start(engine: Engine) -> None:
    world = World(engine, [rule("chase", steps=chase(5), until=Count(("paid",), SinceStart()))])
    signed_up(world)
    world.tick(2 * HOUR)
    world.fact("paid", DAY)
    world.tick(27 * HOUR)
    world.tick(9 * DAY)
    assert (steps_of(world), world.starts()) == (["chase"], [("left", "goal_met")])


def test_after_an_outage_only_the_newest_repetition_is_done(engine: Engine) -> None:
    world = World(engine, [rule("chase", steps=chase(5), expires_after=7 * DAY)])
    signed_up(world)
    world.tick(2 * HOUR)
    world.tick(3 * DAY + 3 * HOUR)
    assert steps_of(world) == ["chase", "chase.4"]
    assert [reason for _, reason in world.skips()] == ["replaced", "replaced"]
    world.tick(4 * DAY + 3 * HOUR)
    assert steps_of(world) == ["chase", "chase.4", "chase.5"]


# ---- meaning 8: identity --------------------------------------------------------------------------------------------


def test_meaning_8_a_renamed_step_is_the_same_step(engine: Engine) -> None:
    before = rule("chase", steps=chase(3, name="remind"))
    world = World(engine, [before])
    signed_up(world)
    world.tick(2 * HOUR)
    world.know(replace(before, steps=chase(3, was="remind"), version="2"), at=3 * HOUR)
    world.tick(4 * HOUR)
    assert steps_of(world) == ["chase"]
    for day in (2, 3, 4):
        world.tick(day * DAY)
    assert steps_of(world) == ["chase", "chase.2", "chase.3"]


def test_meaning_8_a_step_that_is_put_in_between_moves_no_other(engine: Engine) -> None:
    before = rule("series", steps=(Step("a", HOUR, (POST,)), Step("c", 3 * DAY, (POST,))))
    world = World(engine, [before])
    signed_up(world)
    world.tick(2 * HOUR)
    world.know(
        replace(before, steps=(before.steps[0], Step("b", DAY, (POST,)), before.steps[1]), version="2"), at=3 * HOUR
    )
    for day in (1, 2, 3, 4):
        world.tick(day * DAY)
    assert steps_of(world) == ["a", "b", "c"]


def test_meaning_8_messages_under_the_old_name_still_go_out(engine: Engine) -> None:
    before = rule("series", steps=(Step("old", HOUR, (POST,)),))
    world = World(engine, [before])
    signed_up(world)
    world.tick(2 * HOUR)
    world.know(replace(before, steps=(Step("new", HOUR, (POST,), was="old"),), version="2"), at=3 * HOUR)
    with write(engine) as connection:
        ((step,),) = connection.execute(select(tables.delivery.c.step)).all()
        found = AtTheWire(world.env)(connection, "live", "series", step, [1], T0 + 3 * HOUR, evidence=False)
    assert (step, found[1].left) == ("new", None)


def test_meaning_8_a_name_that_was_taken_before_it_was_said_what_it_was_keeps_its_rows(engine: Engine) -> None:
    gated = Property(PropertyName("account", "x"), (Comparison("is", (1,)),))
    before = rule("series", steps=(Step("old", HOUR, (POST,)), Step("more", 9 * DAY, (POST,))), only_if=gated)
    world = World(engine, [before])
    signed_up(world)
    world.tick(2 * HOUR)
    new = replace(before, steps=(Step("new", 5 * HOUR, (POST,)), before.steps[1]), version="2")
    world.know(new, at=3 * HOUR)
    world.tick(7 * HOUR)
    assert world.skips() == [("acme", "gate_false")] * 2
    world.know(replace(new, steps=(replace(new.steps[0], was="old"), new.steps[1]), version="3"), at=8 * HOUR)
    world.tick(9 * HOUR)
    assert world.skips() == [("acme", "gate_false")] * 2


# ---- meaning 10: edits ----------------------------------------------------------------------------------------------


def test_meaning_10_a_shortened_repetition_does_not_burst(engine: Engine) -> None:
    before = rule("chase", steps=chase(4, every=2 * DAY))
    world = World(engine, [before])
    signed_up(world)
    world.tick(2 * HOUR)
    world.know(replace(before, steps=chase(4, every=HOUR), version="2"), at=DAY)
    for hour in (25, 26, 48):
        world.tick(hour * HOUR)
    assert steps_of(world) == ["chase"]
    for day in (3, 5, 7):
        world.tick(day * DAY)
    assert steps_of(world) == ["chase", "chase.2", "chase.3", "chase.4"]


def test_meaning_10_more_repetitions_are_for_those_that_still_run(engine: Engine) -> None:
    before = rule("chase", steps=chase(2))
    world = World(engine, [before])
    signed_up(world)
    world.tick(2 * HOUR)
    world.know(replace(before, steps=chase(4), version="2"), at=3 * HOUR)
    world.know(replace(before, steps=chase(3), version="3"), at=4 * HOUR)
    for day in (2, 3, 4, 5):
        world.tick(day * DAY)
    assert steps_of(world) == ["chase", "chase.2", "chase.3"]


# ---- when a state is over -------------------------------------------------------------------------------------------


def told(**more: object) -> Rule:
    over = Step(OVER, timedelta(0), (POST,), unless=PLAN)
    made = rule("pro", when=BecomesStart(PLAN), again=EVERY_TIME, over=over)
    return replace(made, **more)  # type: ignore[arg-type] # parts of a rule


def on_plan(world: World, plan: str, at: timedelta) -> None:
    world.fact("firstwin.account.plan", at, props={"value": plan})
    world.tick(at)


def arrive(world: World, state: str) -> None:
    with write(world.engine) as connection:
        connection.execute(update(tables.delivery).where(tables.delivery.c.step != OVER).values(state=state))


def at_the_wire(world: World, at: timedelta) -> Mapping[int, Standing]:
    with write(world.engine) as connection:
        starts = sorted(connection.execute(select(tables.start.c.id)).scalars())
        return AtTheWire(world.env)(connection, "live", "pro", OVER, starts, T0 + at, evidence=False)


def test_who_was_told_of_a_state_is_told_that_it_is_over(engine: Engine) -> None:
    world = World(engine, [told()])
    world.account("acme")
    world.tick(HOUR)
    on_plan(world, "pro", 2 * HOUR)
    assert steps_of(world) == [""]
    on_plan(world, "free", 3 * HOUR)
    assert steps_of(world) == ["", OVER]
    on_plan(world, "pro", 4 * HOUR)
    on_plan(world, "free", 5 * HOUR)
    assert steps_of(world) == ["", OVER, "", OVER]


def test_who_was_told_nothing_is_not_told_its_end(engine: Engine) -> None:
    world = World(engine, [told(steps=(Step("", DAY, (POST,)),))])
    world.account("acme")
    world.tick(HOUR)
    on_plan(world, "pro", 2 * HOUR)
    on_plan(world, "free", 3 * HOUR)
    assert (world.nudges(), world.starts()) == ([], [("left", "state_ended")])


def test_a_state_that_was_true_before_the_rule_ends_unnoticed(engine: Engine) -> None:
    world = World(engine, [told()])
    world.account("acme")
    world.fact("firstwin.account.plan", -DAY, props={"value": "pro"})
    world.tick(HOUR)
    on_plan(world, "free", 3 * HOUR)
    assert world.nudges() == []


@pytest.mark.parametrize(
    ("state", "left"),
    [("delivered", None), ("sending", None), ("unknown", None), ("retry_wait", "not_sent"), ("cancelled", "not_sent")],
)
def test_of_what_was_never_sent_no_end_is_told(engine: Engine, state: str, left: str | None) -> None:
    world = World(engine, [told()])
    world.account("acme")
    world.tick(HOUR)
    on_plan(world, "pro", 2 * HOUR)
    on_plan(world, "free", 3 * HOUR)
    arrive(world, state)
    ((standing),) = at_the_wire(world, 4 * HOUR).values()
    assert standing.left == left


def test_what_was_cancelled_before_the_state_ended_makes_no_second_message(engine: Engine) -> None:
    world = World(engine, [told()])
    world.account("acme")
    world.tick(HOUR)
    on_plan(world, "pro", 2 * HOUR)
    arrive(world, "dead")
    on_plan(world, "free", 3 * HOUR)
    assert steps_of(world) == [""]


def test_a_state_that_is_back_is_not_told_to_be_over(engine: Engine) -> None:
    world = World(engine, [told()])
    world.account("acme")
    world.tick(HOUR)
    on_plan(world, "pro", 2 * HOUR)
    arrive(world, "delivered")
    on_plan(world, "free", 3 * HOUR)
    world.fact("firstwin.account.plan", 4 * HOUR, props={"value": "pro"})
    ((standing),) = at_the_wire(world, 5 * HOUR).values()
    assert (standing.left, standing.unless) == (None, True)


def test_its_end_does_not_count_for_again_and_starts_no_chain(engine: Engine) -> None:
    world = World(engine, [told(again=Again("after", 3 * DAY))], run_id="replay")
    world.run = replace(world.run, sends=False)
    world.account("acme")
    world.tick(HOUR)
    on_plan(world, "pro", 2 * HOUR)
    on_plan(world, "free", 2 * DAY)
    on_plan(world, "pro", 3 * DAY + 3 * HOUR)
    assert steps_of(world) == ["", OVER, ""]
    with engine.connect() as connection:
        names = connection.execute(select(tables.event.c.name).where(tables.event.c.run == "replay")).scalars().all()
    assert names == ["firstwin.nudged.pro"] * 2


def test_a_series_whose_goal_was_met_tells_no_end(engine: Engine) -> None:
    paid = Count(("paid",), SinceStart())
    world = World(engine, [told(steps=(Step("a", HOUR, (POST,)), Step("b", DAY, (POST,))), until=paid)])
    world.account("acme")
    world.tick(HOUR)
    on_plan(world, "pro", 2 * HOUR)
    world.tick(3 * HOUR)
    world.fact("paid", 4 * HOUR)
    world.tick(2 * DAY)
    on_plan(world, "free", 3 * DAY)
    assert (steps_of(world), world.starts()) == (["a"], [("left", "goal_met")])


def test_an_edit_that_ends_a_state_tells_it_too(engine: Engine) -> None:
    world = World(engine, [told()])
    world.account("acme")
    world.tick(HOUR)
    on_plan(world, "pro", 2 * HOUR)
    team = Property(PropertyName("account", "plan"), (Comparison("is", ("team",)),))
    over = Step(OVER, timedelta(0), (POST,), unless=team)
    world.know(told(when=BecomesStart(team), over=over, version="2"), at=3 * HOUR)
    world.tick(4 * HOUR)
    assert steps_of(world) == ["", OVER]
