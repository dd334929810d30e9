"""A rule that is new, was switched on again, or was away for a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.outbox.pause import pause, resume
from firstwin.rules.terms import (
    Again,
    BecomesStart,
    Comparison,
    DateStart,
    Property,
    PropertyName,
    Rule,
    Step,
)
from tests.tick.bench_of_rules import DAY, HOUR, POST, T0, World, rule

pytestmark = pytest.mark.slow

WEEK = rule("reminder", 7 * DAY)
ON_PRO = rule("on-pro", when=BecomesStart(Property(PropertyName("account", "plan"), (Comparison("is", ("pro",)),))))
TRIAL = rule(
    "trial",
    when=DateStart(PropertyName("account", "trial_ends_at")),
    steps=(Step("week", -7 * DAY, (POST,)), Step("over", timedelta(0), (POST,))),
    again=Again("every time"),
)


def away(world: World, since: timedelta, back: timedelta, *rules: Rule) -> None:
    """The files of the rules are gone for a while."""
    world.know(at=since)
    world.know(*rules, at=back)


def on_plan(world: World, plan: str, at: timedelta) -> None:
    world.fact("firstwin.account.plan", at, props={"value": plan})


def trial_ends(world: World, at: timedelta, told: timedelta) -> None:
    world.fact("firstwin.account.trial_ends_at", told, props={"value": (T0 + at).isoformat()}, value_at=T0 + at)


def a_world(engine: Engine, of: Rule) -> World:
    world = World(engine, [of])
    world.account("acme")
    return world


def test_meaning_9_a_rule_that_was_away_starts_from_the_moment_that_it_is_back(engine: Engine) -> None:
    world = a_world(engine, WEEK)
    world.fact("signed_up", HOUR)
    world.tick(2 * HOUR)
    away(world, DAY, 8 * DAY, WEEK)
    world.tick(8 * DAY + HOUR)
    assert (world.nudges(), world.starts()) == ([], [("left", "rule_gone")])
    world.fact("signed_up", 9 * DAY)
    world.tick(16 * DAY + HOUR)
    assert world.nudges() == [("reminder", "acme", "")]


def test_meaning_9_a_backfill_takes_up_again_what_was_running(engine: Engine) -> None:
    back = replace(WEEK, backfill=14 * DAY)
    world = a_world(engine, WEEK)
    world.account("older")
    world.fact("signed_up", HOUR)
    world.tick(2 * HOUR)
    world.fact("signed_up", 3 * HOUR, "older", arrives=3 * HOUR)
    away(world, DAY, 3 * DAY, back)
    world.tick(3 * DAY + HOUR)
    world.tick(8 * DAY)
    assert sorted(world.nudges()) == [("reminder", "acme", ""), ("reminder", "older", "")]


def test_meaning_9_whom_the_state_held_for_all_along_is_noted(engine: Engine) -> None:
    waits = replace(ON_PRO, steps=(Step("", 2 * DAY, (POST,)),))
    world = a_world(engine, waits)
    world.tick(timedelta(0))
    on_plan(world, "pro", HOUR)
    world.tick(2 * HOUR)
    away(world, DAY, 4 * DAY, waits)
    world.tick(4 * DAY + HOUR)
    assert (world.nudges(), world.starts()) == ([], [("left", "rule_gone")])
    on_plan(world, "free", 5 * DAY)
    world.tick(5 * DAY + HOUR)
    on_plan(world, "pro", 6 * DAY)
    world.tick(6 * DAY + HOUR)
    world.tick(8 * DAY + HOUR)
    assert world.nudges() == [("on-pro", "acme", "")]


def test_meaning_9_a_date_that_is_still_to_come_is_taken_up_where_it_was_left(engine: Engine) -> None:
    world = a_world(engine, TRIAL)
    trial_ends(world, 10 * DAY, HOUR)
    world.tick(2 * HOUR)
    world.tick(3 * DAY + HOUR)
    away(world, 4 * DAY, 5 * DAY, TRIAL)
    world.tick(10 * DAY)
    assert world.nudges() == [("trial", "acme", "week"), ("trial", "acme", "over")]


def test_meaning_9_a_date_that_moved_meanwhile_is_not_taken_up(engine: Engine) -> None:
    world = a_world(engine, TRIAL)
    trial_ends(world, 10 * DAY, HOUR)
    world.tick(2 * HOUR)
    world.know(at=DAY)
    trial_ends(world, 20 * DAY, DAY + HOUR)
    world.know(TRIAL, at=2 * DAY)
    world.tick(10 * DAY)
    assert world.nudges() == []
    world.tick(20 * DAY)
    assert [step for _, _, step in world.nudges()] == ["over"]


def test_a_rule_that_was_paused_goes_on_with_what_is_still_worth_sending(engine: Engine) -> None:
    """A pause is no end: who paused it will let it go on. Meaning 13 says what is too late by then."""
    world = a_world(engine, rule())
    world.account("early")
    world.fact("signed_up", HOUR, "early")
    world.fact("signed_up", 3 * DAY)
    stop(engine)
    world.tick(2 * HOUR)
    world.tick(3 * DAY)
    with write(engine) as connection:
        resume(connection, "welcome")
    world.tick(4 * DAY + HOUR)
    assert (world.nudges(), world.skips()) == ([("welcome", "acme", "")], [("early", "expired")])


def test_meaning_13_lateness_counts_from_the_due_time_or_from_when_the_start_was_taken(engine: Engine) -> None:
    """A backfill would be stale at once otherwise."""
    world = World(engine, [rule(backfill=30 * DAY)])
    world.account("acme")
    world.fact("signed_up", -20 * DAY)
    world.tick(HOUR)
    assert world.nudges() == [("welcome", "acme", "")]
    world.account("late")
    world.fact("signed_up", 2 * HOUR, "late")
    stop(engine)
    world.tick(3 * HOUR)
    with write(engine) as connection:
        resume(connection, "welcome")
    world.tick(3 * DAY + 4 * HOUR)
    assert world.skips() == [("late", "expired")]


def test_what_was_left_with_a_rule_waits_for_nothing(engine: Engine) -> None:
    world = a_world(engine, WEEK)
    world.fact("signed_up", HOUR)
    world.tick(2 * HOUR)
    world.know(at=DAY)
    assert [row.state for row in rows(world, tables.step_due)] == ["dropped"]


def stop(engine: Engine) -> None:
    with write(engine) as connection:
        pause(connection, "welcome", who="anna", why=None, at=T0)


def rows(world: World, table: Any) -> list[Any]:
    return world._rows(select(table))
