"""A rule that waits for something not to happen, while that has stopped arriving altogether."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from firstwin.db import tables
from firstwin.rules.terms import Again, BecomesStart, Count, InLast, Rule, SinceStart, Step
from firstwin.tick.feeds import Feeds
from tests.tick.bench_of_rules import DAY, HOUR, POST, T0, World, rule

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)
NO_LOGIN = rule("no-login", DAY, unless=Count(("logged_in",), SinceStart()))


def a_world(engine: Engine, *rules: Rule, run_id: str = "live") -> World:
    """Its rules look at their feeds; fifty others log in every hour for two days, up to two hours after T0."""
    world = World(engine, rules or (NO_LOGIN,), run_id, since=-3 * DAY)
    world.env = replace(world.env, feeds=Feeds())
    world.account("acme")
    return world


def logins(world: World, begin: timedelta, end: timedelta) -> None:
    hours = int((end - begin) / HOUR)
    for hour in range(hours + 1):
        world.fact("logged_in", begin + hour * HOUR, "others")


def held(world: World) -> list[tuple[str | None, bool]]:
    r = tables.rule.c
    return [(row.held_why, row.held_since is not None) for row in world._rows(select(r.held_why, r.held_since))]


def test_meaning_12_nobody_is_nudged_while_what_a_rule_waits_for_has_stopped(engine: Engine) -> None:
    world = a_world(engine)
    logins(world, -3 * DAY, -10 * HOUR)
    world.fact("signed_up", -25 * HOUR)
    world.tick(0 * HOUR)
    assert (world.nudges(), world.skips()) == ([], [])
    assert held(world) == [("no logged_in has come in from anybody since 2026-03-01 23:00 UTC", True)]


def test_meaning_12_a_silence_as_long_as_others_before_holds_nothing(engine: Engine) -> None:
    world = a_world(engine)
    logins(world, -3 * DAY, -3 * HOUR)
    world.fact("signed_up", -25 * HOUR)
    world.tick(0 * HOUR)
    assert world.nudges() == [("no-login", "acme", "")]
    assert held(world) == [(None, False)]


def test_meaning_12_what_never_came_in_holds_and_says_so(engine: Engine) -> None:
    world = a_world(engine)
    world.fact("signed_up", -25 * HOUR)
    world.tick(0 * HOUR)
    assert (world.nudges(), held(world)) == ([], [("no logged_in has ever come in", True)])
    world.fact("logged_in", HOUR, "others")
    world.tick(2 * HOUR)
    assert (world.nudges(), held(world)) == ([("no-login", "acme", "")], [(None, False)])


def test_meaning_12_a_sparse_feed_holds_nothing(engine: Engine) -> None:
    world = a_world(engine, replace(NO_LOGIN, feed="sparse"))
    world.fact("signed_up", -25 * HOUR)
    world.tick(0 * HOUR)
    assert world.nudges() == [("no-login", "acme", "")]


def test_when_the_feed_is_back_what_was_held_goes_on_and_whoever_acted_is_left_alone(engine: Engine) -> None:
    world = a_world(engine)
    world.account("busy")
    logins(world, -3 * DAY, -10 * HOUR)
    for name in ("acme", "busy"):
        world.fact("signed_up", -25 * HOUR, name)
    world.tick(0 * HOUR)
    world.fact("logged_in", HOUR, "busy")
    world.tick(2 * HOUR)
    assert (world.nudges(), world.skips()) == ([("no-login", "acme", "")], [("busy", "gate_false")])


def test_when_the_feed_comes_back_too_late_what_was_held_expires_and_says_why(engine: Engine) -> None:
    world = a_world(engine)
    logins(world, -3 * DAY, -10 * HOUR)
    world.fact("signed_up", -25 * HOUR)
    world.tick(0 * HOUR)
    world.fact("logged_in", 4 * DAY, "others")
    world.tick(4 * DAY + MINUTE)
    assert (world.nudges(), world.skips()) == ([], [("acme", "expired")])
    (detail,) = (row.detail for row in world._rows(select(tables.skip)))
    assert detail.endswith(
        "; held from 2026-03-02 09:00 to 2026-03-06 09:01 UTC as no logged_in has come in from anybody since 2026-03-01 23:00 UTC"
    )


def test_steps_that_wait_for_nothing_go_on(engine: Engine) -> None:
    steps = (
        Step("now", timedelta(0), (POST,)),
        Step("later", DAY, (POST,), unless=Count(("logged_in",), SinceStart())),
    )
    world = a_world(engine, replace(NO_LOGIN, unless=None, steps=steps))
    world.fact("signed_up", -HOUR)
    world.tick(0 * HOUR)
    world.tick(DAY)
    assert world.nudges() == [("no-login", "acme", "now")]


def test_a_state_that_silence_makes_true_holds_too(engine: Engine) -> None:
    quiet = BecomesStart(Count(("logged_in",), InLast(5 * HOUR), None, 0))
    world = a_world(engine, rule("quiet", when=quiet, again=Again("every time")))
    logins(world, -3 * DAY, -4 * HOUR)
    for hour in (-3 * DAY, -4 * HOUR):
        world.fact("logged_in", hour)
    world.tick(-2 * HOUR)
    world.tick(10 * HOUR)
    assert world.count(tables.start) > 0
    assert world.nudges() == []


def test_a_replay_holds_at_the_same_slots(engine: Engine) -> None:
    """What came in later than its time was not there yet."""
    nudges = []
    for run_id in ("live", "replay"):
        world = World(engine, [NO_LOGIN], run_id, since=-3 * DAY)
        world.env = replace(world.env, feeds=Feeds())
        if run_id == "live":
            world.account("acme")
            logins(world, -3 * DAY, -10 * HOUR)
            world.fact("signed_up", -25 * HOUR)
        world.tick(0 * HOUR)
        if run_id == "live":
            world.fact("logged_in", -MINUTE, "others", arrives=HOUR)
        world.tick(2 * HOUR)
        nudges.append(
            [row.decided_at - T0 for row in world._rows(select(tables.nudge).where(tables.nudge.c.run == run_id))]
        )
    assert nudges == [[2 * HOUR], [2 * HOUR]]


def test_what_several_rules_ask_about_the_same_event_is_asked_once_a_slot(engine: Engine) -> None:
    world = a_world(engine)
    feeds = world.env.feeds
    assert feeds is not None
    known = feeds._of("live", T0)
    assert feeds._of("live", T0) is known
    assert feeds._of("live", T0 + HOUR) is not known
