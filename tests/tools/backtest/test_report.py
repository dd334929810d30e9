"""Whole backtests of small histories, with what they tell of the goal."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from firstwin.outbox.caps import Frequency
from firstwin.outbox.peace import Peace
from firstwin.outbox.restraint import Restraint
from firstwin.rules.caps import Caps
from firstwin.rules.terms import (
    BecomesStart,
    Comparison,
    Count,
    Email,
    Ever,
    Property,
    PropertyName,
    Reached,
    Recipient,
    Record,
    Rule,
    SinceStart,
    Step,
)
from firstwin.tick.environment import Environment
from firstwin.tools.backtest.report import NoFactsError, Report, Wanted, backtest
from firstwin.tools.backtest.run import UNRESTRAINED
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


def told(
    world: World,
    asked: Rule,
    *others: Rule,
    wanted: Wanted = YEAR,
    every: timedelta = HOUR,
    restraint: Restraint = UNRESTRAINED,
) -> Report:
    env = Environment((*others, asked), every=every)
    return backtest(world.engine, env, asked, wanted, restraint, lambda _: None)


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


def test_whoever_got_no_mail_is_none_of_those_whom_one_helped(engine: Engine) -> None:
    """Three invite the same reader on three days, who gets one mail; each reaches the goal two days later."""
    made = World(engine, ())
    for number, name in enumerate(("acme", "blue", "cedar")):
        made.account(name, -DAY)
        made.fact("signed_up", number * DAY, name, props={"invitee": "ada@x.example"})
        made.fact("report_sent", (number + 3) * DAY, name)
    asked = rule("nudge", DAY, Email("hello", Recipient("address", "start.invitee")))
    once = Frequency(Caps.model_validate({"person": {"at_most": 1, "in_last": "30 days"}}))
    free, capped = told(made, asked, ACTIVATED), told(made, asked, ACTIVATED, restraint=Restraint(1000, Peace(), once))
    assert (free.judged, capped.judged) == ((), ("caps",))
    assert (capped.figures.sent, capped.figures.messages, capped.figures.mails.stopped) == (1, 1, {"capped": 2})
    assert free.figures.goal is not None
    assert (free.figures.goal.nudged, free.figures.goal.after, free.figures.goal.others) == (3, 3, 0)
    assert capped.figures.goal is not None
    assert (capped.figures.goal.nudged, capped.figures.goal.after) == (1, 1)
    assert (capped.figures.goal.others, capped.figures.goal.others_reached) == (2, 2)


def test_a_cap_of_alerts_is_said_not_to_be_played(world: World) -> None:
    alerts = Frequency(Caps.model_validate({"csm": {"at_most": 1, "in_last": "30 days"}}))
    found = told(world, NUDGE, restraint=Restraint(1000, Peace(), alerts))
    assert (found.judged, found.caps_alerts, found.figures.messages) == ((), True, 3)
    assert not told(world, NUDGE).caps_alerts


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
