"""Whole backtests of small histories, with what they tell of the goal."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from firstwin.rules.terms import (
    BecomesStart,
    Comparison,
    Count,
    Ever,
    Property,
    PropertyName,
    Reached,
    Record,
    Rule,
    SinceStart,
    Step,
)
from firstwin.tick.environment import Environment
from firstwin.tools.backtest.report import NoFactsError, Report, Wanted, backtest
from tests.tick.bench_of_rules import DAY, HOUR, T0, World, rule

NUDGE = rule("nudge", DAY)
ACTIVATED = rule("activated", timedelta(0), Record("activated"), when=BecomesStart(Count(("report_sent",), Ever())))
YEAR = Wanted(T0 - 30 * DAY, T0 + 60 * DAY)


@pytest.fixture
def world(engine: Engine) -> World:
    """Three that sign up on three days; the first reaches the goal after 3 days, the second at once, the third never."""
    made = World(engine, ())
    for number, name in enumerate(("acme", "blue", "cedar")):
        made.account(name, -DAY)
        made.fact("signed_up", number * DAY, name)
    made.fact("report_sent", 3 * DAY, "acme")
    made.fact("report_sent", DAY + HOUR, "blue")
    return made


def told(world: World, asked: Rule, *others: Rule, wanted: Wanted = YEAR, every: timedelta = HOUR) -> Report:
    env = Environment((*others, asked), every=every)
    return backtest(world.engine, env, asked, wanted, 1000, lambda _: None)


def test_without_a_goal_nothing_is_said_of_one(world: World) -> None:
    found = told(world, NUDGE)
    assert found.figures.sent == 3
    assert found.figures.goal is None


@pytest.mark.parametrize(
    ("asked", "others"),
    [
        (NUDGE, (ACTIVATED,)),
        (replace(NUDGE, unless=Reached("x")), (ACTIVATED,)),
    ],
    ids=["no milestone is read", "some milestone is read"],
)
def test_where_a_rule_has_no_goal_the_milestone_counts_that_all_share(
    world: World, asked: Rule, others: tuple[Rule, ...]
) -> None:
    goal = told(world, asked, *others).figures.goal
    assert goal is not None
    assert (goal.nudged, goal.before, goal.after, goal.soon, goal.median) == (3, 1, 1, 1, 2 * DAY)


def test_the_goal_of_a_rule_ends_its_starts_and_counts(world: World) -> None:
    found = told(world, replace(NUDGE, until=Count(("report_sent",), SinceStart()))).figures
    assert (found.sent, found.skipped) == (2, {"goal_met": 1})
    assert found.goal is not None
    assert (found.goal.nudged, found.goal.after, found.goal.median) == (2, 1, 2 * DAY)
    assert (found.goal.others, found.goal.others_reached, found.goal.others_before) == (0, 0, 1)


def test_a_goal_that_no_single_fact_reaches_is_found_to_the_hour(world: World) -> None:
    world.fact("firstwin.account.plan", 4 * DAY, "acme", props={"value": "paid"})
    paid = Property(PropertyName("account", "plan"), (Comparison("is", ("paid",)),))
    goal = told(world, replace(NUDGE, until=paid)).figures.goal
    assert goal is not None
    assert goal.after == 1
    assert goal.median is not None
    assert timedelta(0) <= goal.median - 3 * DAY <= HOUR


def test_the_history_says_where_it_begins(world: World) -> None:
    found = told(world, NUDGE)
    assert (found.since, found.first_fact) == (T0 - DAY, T0 - DAY)
    later = told(world, NUDGE, wanted=Wanted(T0 + HOUR, T0 + 60 * DAY))
    assert (later.since, later.first_fact, later.figures.sent) == (T0 + HOUR, None, 2)


def test_states_are_sampled_hourly_and_events_as_the_project_ticks(world: World) -> None:
    state = rule("state", when=BecomesStart(Count(("report_sent",), Ever())))
    assert told(world, state, every=timedelta(minutes=1)).every == HOUR
    assert told(world, NUDGE, every=timedelta(minutes=5)).every == timedelta(minutes=5)
    assert told(world, state, wanted=replace(YEAR, every=3 * HOUR)).every == 3 * HOUR


def test_a_series_is_told_by_its_steps(world: World) -> None:
    steps = tuple(Step(name, wait, NUDGE.steps[0].actions) for name, wait in (("one", HOUR), ("two", 2 * DAY)))
    assert told(world, replace(NUDGE, steps=steps)).figures.by_step == {"one": 3, "two": 3}


def test_where_there_are_no_facts_nothing_is_made_up(engine: Engine) -> None:
    empty = World(engine, ())
    with pytest.raises(NoFactsError, match="firstwin import"):
        told(empty, NUDGE)
    empty.account("acme", DAY * 90)
    with pytest.raises(NoFactsError, match="oldest fact"):
        told(empty, NUDGE)
