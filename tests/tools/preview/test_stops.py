from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from firstwin.db.engine import write
from firstwin.outbox.pause import pause
from tests.tick.bench_of_rules import DAY, HOUR, T0, World
from tests.tools.explain.given import it_is, rules
from tests.tools.preview.given import an_app, shown

RULE = """\
about: account
when: signed_up
after: 24 hours
unless: {any: [{did: logged_in, since: start}, {account.plan: free}]}
only_if: {segment: paying}
then: {alert: look, to: cs}
again: never
feed: sparse
"""
SEGMENTS = "paying: {account.mrr: {at_least: 100}}\n"
STATE = """\
about: account
when: {becomes: {account.plan: pro}}
then: {alert: look, to: cs}
again: never
"""


def a_world(engine: Engine, text: str = RULE, *, mrr: int = 500) -> World:
    world = World(engine, rules(asked=text, segments=SEGMENTS), since=-10 * DAY)
    world.account("acme")
    world.fact("firstwin.account.mrr", -DAY, props={"value": mrr})
    it_is(world, 3 * HOUR)
    return world


def why(engine: Engine, folder: Path, text: str = RULE) -> tuple[str, ...]:
    """Why the only message would not go out."""
    (only,) = shown(an_app(engine, folder, asked=text, segments=SEGMENTS)).messages
    assert only.message is not None
    return only.would_not


def test_nothing_in_the_way_nothing_is_said(engine: Engine, tmp_path: Path) -> None:
    world = a_world(engine)
    assert why(engine, tmp_path) == ()
    world.fact("signed_up", HOUR)
    world.tick(2 * HOUR)
    assert why(engine, tmp_path) == ()


def test_each_condition_in_the_way_is_told(engine: Engine, tmp_path: Path) -> None:
    world = a_world(engine, mrr=5)
    assert why(engine, tmp_path) == ("`only if` in the segment “paying”: that does not hold",)
    world.fact("signed_up", HOUR)
    world.fact("logged_in", 2 * HOUR)
    told = why(engine, tmp_path)
    assert told == ("`unless` any of these: that holds", "`only if` in the segment “paying”: that does not hold")


def test_a_state_that_is_not_true_is_told(engine: Engine, tmp_path: Path) -> None:
    world = a_world(engine, STATE)
    assert why(engine, tmp_path, STATE) == ("its state is not true now: account.plan is “pro”",)
    world.fact("firstwin.account.plan", HOUR, props={"value": "pro"})
    assert why(engine, tmp_path, STATE) == ()


def test_a_nudge_that_was_before_is_told(engine: Engine, tmp_path: Path) -> None:
    world = a_world(engine)
    world.fact("signed_up", HOUR)
    world.tick(2 * HOUR)
    world.tick(26 * HOUR)
    world.fact("signed_up", 50 * HOUR)
    world.tick(51 * HOUR)
    it_is(world, 52 * HOUR)
    (told,) = why(engine, tmp_path)
    assert "nudged before" in told


@pytest.mark.parametrize(
    ("more", "says"),
    [("mode: shadow\n", "the rule is in shadow"), ("hold_out: 99%\n", "holds out")],
)
def test_what_the_rule_keeps_back_by_itself_is_told(engine: Engine, tmp_path: Path, more: str, says: str) -> None:
    a_world(engine, RULE + more)
    assert says in why(engine, tmp_path, RULE + more)[0]


def test_a_pause_is_told(engine: Engine, tmp_path: Path) -> None:
    a_world(engine)
    with write(engine) as connection:
        pause(connection, "asked", who="me", why="", at=T0)
    assert why(engine, tmp_path) == ("the rule is paused",)


def test_a_feed_that_never_was_is_told(engine: Engine, tmp_path: Path) -> None:
    text = RULE.replace("feed: sparse\n", "")
    a_world(engine, text)
    assert why(engine, tmp_path, text) == ("the rule holds its nudges: no logged_in has ever come in",)


def test_a_deleted_account_is_told(engine: Engine, tmp_path: Path) -> None:
    world = a_world(engine)
    world.fact("firstwin.account.deleted", HOUR, props={"value": True})
    assert "not there" in why(engine, tmp_path)[0]


def test_how_old_its_start_is_stops_nothing(engine: Engine, tmp_path: Path) -> None:
    """It is shown as if it were due now."""
    world = a_world(engine)
    world.fact("signed_up", timedelta(days=-9))
    it_is(world, 9 * DAY)
    assert why(engine, tmp_path) == ()
