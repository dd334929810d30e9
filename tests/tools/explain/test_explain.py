from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.outbox.pause import pause
from firstwin.rules.say import say
from firstwin.tick.feeds import Feeds
from tests.tick.bench_of_rules import DAY, HOUR, T0, World
from tests.tools.explain.given import (
    LOGIN,
    a_person,
    a_quiet_account,
    a_world,
    an_account,
    it_is,
    project,
    rows,
    the_start,
    the_step,
    told,
)

MAIL = LOGIN.replace("{webhook: post, to: crm}", "{email: first-login, to: contact}")
STEPS = """\
about: account
when: signed_up
until: activated_it
steps:
  hello: {then: {webhook: post, to: crm}}
  later: {after: 2 days, only_if: {account.plan: pro}, then: {webhook: post, to: crm}}
again: never
"""
# ---- nothing came near ----------------------------------------------------------------------------------------------


def test_an_account_without_anything_is_told_what_would_begin_it(engine: Engine) -> None:
    world = a_world(engine)
    world.account("acme")
    found = told(world)
    assert found.starts == ()
    assert "signed up" in found.why_no_start
    assert found.next.at is None
    assert "signed up" in found.next.says
    assert found.judged_for is None
    assert [(c.role, c.node.holds, c.node.count) for c in found.conditions] == [("unless", False, 0)]
    assert found.says == say(world.rules[0], project())


def test_a_start_before_the_rule_began_is_shown_and_left_alone(engine: Engine) -> None:
    world = an_account(engine, signed_up=-DAY)
    world.tick(HOUR)
    start = the_start(told(world))
    assert (start.id, start.state, start.reason, start.steps) == (None, "not taken", "before_rule", ())
    assert "2026-03-02 09:00" in start.why


def test_a_start_that_came_with_history_is_shown_as_the_baseline(engine: Engine) -> None:
    world = a_world(engine)
    world.account("acme")
    world.fact("signed_up", HOUR, arrives=5 * HOUR, known_at=T0 + HOUR)
    world.tick(6 * HOUR)
    it_is(world, 6 * HOUR)
    start = the_start(told(world))
    assert start.state == "not taken"
    assert "--history" in start.why


def test_a_start_that_no_tick_has_seen_yet_is_told_with_what_comes_of_it(engine: Engine) -> None:
    world = an_account(engine)
    it_is(world, 2 * HOUR)
    found = told(world)
    assert "next one takes it" in the_start(found).why
    step = the_step(found)
    assert (step.state, step.due_at) == ("expected", T0 + 25 * HOUR)
    assert step.would is not None
    assert step.would.outcome == "nudge"
    assert found.next.at == T0 + 25 * HOUR
    assert rows(engine, tables.start) == []


def test_of_a_rule_that_no_worker_knows_that_is_said(engine: Engine) -> None:
    world = an_account(engine)
    with write(engine) as connection:
        connection.execute(delete(tables.rule))
    it_is(world, 2 * HOUR)
    found = told(world)
    assert "No worker" in found.notes[0]
    assert "no worker" in the_start(found).why


# ---- a start that runs ----------------------------------------------------------------------------------------------


def test_a_waiting_step_is_told_with_what_comes_of_it_if_nothing_else_happens(engine: Engine) -> None:
    world = an_account(engine)
    world.tick(2 * HOUR)
    it_is(world, 3 * HOUR)
    found = told(world)
    start, step = the_start(found), the_step(found)
    assert (start.state, start.at, start.seen_at) == ("open", T0 + HOUR, T0 + 2 * HOUR)
    assert (step.state, step.due_at) == ("waiting", T0 + 25 * HOUR)
    assert step.would is not None
    assert (step.would.outcome, step.would.at) == ("nudge", T0 + 25 * HOUR)
    assert "“post”" in step.would.does[0]
    assert found.next.at == T0 + 25 * HOUR
    assert found.judged_for == T0 + HOUR


def test_a_condition_that_stops_it_is_crossed_with_its_evidence(engine: Engine) -> None:
    world = an_account(engine)
    world.fact("logged_in", 2 * HOUR)
    world.tick(3 * HOUR)
    it_is(world, 3 * HOUR)
    found = told(world)
    (condition,) = found.conditions
    assert (condition.role, condition.passes) == ("unless", False)
    node = condition.node
    assert (node.holds, node.count, node.last_at) == (True, 1, T0 + 2 * HOUR)
    assert node.says == "came back since the start"
    would = the_step(found).would
    assert would is not None
    assert (would.outcome, would.reason, would.detail) == ("skip", "gate_false", "unless")
    assert found.next.at is None


def test_a_nudge_is_told_with_its_id_and_its_delivery(engine: Engine) -> None:
    world = an_account(engine)
    world.tick(2 * HOUR)
    world.tick(26 * HOUR)
    it_is(world, 27 * HOUR)
    found = told(world)
    step = the_step(found)
    assert step.state == "done"
    assert step.nudge is not None
    assert step.nudge.decided_at == T0 + 26 * HOUR
    (delivery,) = step.nudge.deliveries
    assert (delivery.to, delivery.state, delivery.reason) == ("crm", "scheduled", None)
    assert step.would is None
    assert "never a second time" in found.next.says


def test_an_address_is_told_only_so_that_it_is_known_again(engine: Engine) -> None:
    world = an_account(engine, no_login=MAIL)
    a_person(world, "ada", email="ada.lovelace@acme.example")
    world.tick(2 * HOUR)
    world.tick(26 * HOUR)
    nudge = the_step(told(world)).nudge
    assert nudge is not None
    assert nudge.deliveries[0].to == "a…@acme.example"


def test_each_step_of_a_series_has_its_own_fate(engine: Engine) -> None:
    world = an_account(engine, series=STEPS)
    world.tick(2 * HOUR)
    it_is(world, 3 * HOUR)
    hello, later = the_start(told(world)).steps
    assert (hello.name, hello.state) == ("hello", "done")
    assert (later.name, later.state) == ("later", "waiting")
    assert later.would is not None
    assert (later.would.reason, later.would.detail) == ("gate_false", "only_if")
    world.fact("firstwin.account.plan", 3 * HOUR, props={"value": "pro"})
    would = the_start(told(world)).steps[1].would
    assert would is not None
    assert (would.outcome, would.at) == ("nudge", T0 + HOUR + 2 * DAY)


def test_after_a_step_that_ends_the_start_nothing_is_expected(engine: Engine) -> None:
    world = an_account(engine, series=STEPS)
    world.fact("activated_it", 90 * timedelta(minutes=1))
    it_is(world, 100 * timedelta(minutes=1))
    hello, later = the_start(told(world)).steps
    assert hello.would is not None
    assert hello.would.reason == "goal_met"
    assert later.would is None


# ---- each guard -----------------------------------------------------------------------------------------------------


def _gone(world: World) -> None:
    world.fact("firstwin.account.deleted", 2 * HOUR, props={"value": True})


def _goal(world: World) -> None:
    world.fact("activated_it", 2 * HOUR)


def _logged_in(world: World) -> None:
    world.fact("logged_in", 2 * HOUR)


def _nothing(_world: World) -> None:
    """Nothing happens."""


@pytest.mark.parametrize(
    ("text", "happens", "ticked_at", "reason"),
    [
        (LOGIN, _gone, 26 * HOUR, "subject_gone"),
        (LOGIN.replace("again", "until: activated_it\nagain"), _goal, 26 * HOUR, "goal_met"),
        (LOGIN, _nothing, 10 * DAY, "expired"),
        (LOGIN, _logged_in, 26 * HOUR, "gate_false"),
        (LOGIN.replace("again", "only_if: {account.plan: pro}\nagain"), _nothing, 26 * HOUR, "gate_false"),
        (MAIL, _nothing, 26 * HOUR, "no_address"),
    ],
    ids=["gone", "goal", "expired", "unless", "only_if", "no address"],
)
def test_what_a_guard_held_back_is_told_before_and_after_in_words(
    engine: Engine, text: str, happens: object, ticked_at: timedelta, reason: str
) -> None:
    world = an_account(engine, no_login=text)
    world.tick(90 * timedelta(minutes=1))
    assert callable(happens)
    happens(world)
    it_is(world, ticked_at)
    before = the_step(told(world))
    assert before.would is not None
    assert (before.would.outcome, before.would.reason) == ("skip", reason)
    world.tick(ticked_at)
    after = the_step(told(world))
    assert [(skip.reason, skip.first_at) for skip in after.skips] == [(reason, T0 + ticked_at)]
    assert after.skips[0].why == before.would.why != ""
    assert after.would is None


def test_a_second_start_under_never_is_told_to_have_been_nudged_before(engine: Engine) -> None:
    world = an_account(engine)
    world.tick(2 * HOUR)
    world.tick(26 * HOUR)
    world.fact("signed_up", 30 * HOUR)
    world.tick(31 * HOUR)
    world.tick(60 * HOUR)
    newest, oldest = told(world).starts
    assert [skip.reason for skip in newest.steps[0].skips] == ["again"]
    assert (newest.state, newest.reason) == ("left", "again")
    assert oldest.steps[0].nudge is not None


def test_a_start_while_another_runs_is_noted_with_that_reason(engine: Engine) -> None:
    world = an_account(engine)
    world.fact("signed_up", 2 * HOUR)
    it_is(world, 3 * HOUR)
    expected = [(start.state, start.reason) for start in told(world).starts]
    assert expected == [("not taken", "already_running"), ("not taken", None)]
    world.tick(3 * HOUR)
    assert [(start.state, start.reason) for start in told(world).starts] == [
        ("noted", "already_running"), ("open", None),
    ]  # fmt: skip


@pytest.mark.parametrize(("scope", "reason"), [(None, "paused"), ("no-login", "rule_paused")])
def test_what_a_pause_holds_is_told(engine: Engine, scope: str | None, reason: str) -> None:
    world = an_account(engine)
    world.tick(2 * HOUR)
    with write(engine) as connection:
        pause(connection, scope, who="me", why=None, at=T0)
    it_is(world, 26 * HOUR)
    found = told(world)
    would = the_step(found).would
    assert would is not None
    assert (would.outcome, would.reason) == ("hold", reason)
    assert found.next.at is None
    assert "held" in found.next.says


def a_silent_feed(engine: Engine) -> World:
    """Others logged in every hour, and then nobody any more; the step of acme was due an hour ago."""
    world = an_account(engine)
    world.env = replace(world.env, feeds=Feeds())
    for hour in range(-60, 10):
        world.fact("logged_in", hour * HOUR, "others")
    world.tick(2 * HOUR)
    world.tick(26 * HOUR)
    it_is(world, 26 * HOUR)
    return world


SILENT = "no logged_in has come in from anybody since 2026-03-02 18:00 UTC"


def test_meaning_12_what_a_silent_feed_holds_is_told(engine: Engine) -> None:
    world = a_silent_feed(engine)
    found = told(world)
    would = the_step(found).would
    assert would is not None
    assert (would.outcome, would.reason, would.detail) == ("hold", "feed_stale", SILENT)
    assert found.notes == (f"It holds its nudges: {SILENT}.",)
    assert found.next.says == f"once it is held back no more: {SILENT}"
    assert rows(engine, tables.rule)[0]["held_why"] == SILENT  # as the worker found, and status says


def test_meaning_12_once_the_feed_is_back_nothing_is_held(engine: Engine) -> None:
    world = a_silent_feed(engine)
    world.fact("logged_in", 26 * HOUR, "others")
    it_is(world, 27 * HOUR)
    found = told(world)
    would = the_step(found).would
    assert would is not None
    assert (would.outcome, found.notes) == ("nudge", ())


def test_meaning_12_how_the_feed_was_is_asked_of_then(engine: Engine) -> None:
    world = a_silent_feed(engine)
    world.fact("logged_in", 27 * HOUR, "others")
    it_is(world, 30 * HOUR)
    found = told(world, then=T0 + 26 * HOUR)
    assert found.notes == (f"It held its nudges then: {SILENT}.",)
    assert told(world, then=T0 + 11 * HOUR).notes == ()


GATES = """\
about: account
when: signed_up
after: 24 hours
unless: {any: [{account.plan: free}, {none: [{account.plan: pro}]}]}
only_if: {all: [{account.mrr: {at_least: 5}}, {none: [{account.plan: pro}, {account.plan: old}]}]}
then: {webhook: post, to: crm}
again: never
"""


def test_each_part_says_whether_it_is_for_the_sending_or_against_it(engine: Engine) -> None:
    world = an_account(engine, gates=GATES)
    world.fact("firstwin.account.plan", -DAY, props={"value": "pro"})
    world.fact("firstwin.account.mrr", -DAY, props={"value": 9})
    world.tick(2 * HOUR)
    it_is(world, 2 * HOUR)
    unless, only_if = told(world).conditions
    assert (unless.passes, unless.node.holds, unless.node.speaks_for) == (True, False, True)
    free, none = unless.node.parts
    assert (free.speaks_for, none.speaks_for, none.parts[0].speaks_for) == (True, True, True)  # pro: good, so far down
    assert (only_if.passes, only_if.node.speaks_for) == (False, False)
    mrr, none = only_if.node.parts
    assert (mrr.speaks_for, none.speaks_for) == (True, False)
    assert [part.speaks_for for part in none.parts] == [False, True]


def test_a_start_found_long_after_its_step_was_due_is_too_late(engine: Engine) -> None:
    world = a_world(engine)
    world.account("acme")
    world.fact("signed_up", HOUR, arrives=5 * DAY)
    world.tick(6 * DAY)
    assert [skip.reason for skip in the_step(told(world)).skips] == ["too_late"]


def test_a_rule_in_shadow_says_that_nothing_would_be_sent(engine: Engine) -> None:
    world = an_account(engine, no_login=LOGIN + "mode: shadow\n")
    world.tick(2 * HOUR)
    would = the_step(told(world)).would
    assert would is not None
    assert "shadow" in would.does[0]
    world.tick(26 * HOUR)
    nudge = the_step(told(world)).nudge
    assert nudge is not None
    assert (nudge.mode, nudge.deliveries) == ("shadow", ())


def test_what_would_be_stopped_at_the_wire_is_told(engine: Engine) -> None:
    """A state that ended since the last tick: the tick has not seen it, delivery does."""
    world = a_quiet_account(engine)
    world.tick(15 * DAY)
    world.tick(16 * DAY)
    world.fact("login", 16 * DAY + HOUR)
    it_is(world, 16 * DAY + 2 * HOUR)
    would = the_step(told(world)).would
    assert would is not None
    assert (would.outcome, would.reason) == ("skip", "state_ended")
    assert "moment of sending" in would.detail
