from datetime import timedelta

from sqlalchemy import Engine, insert, update

from firstwin.db import tables
from firstwin.db.engine import write
from tests.tick.bench_of_rules import DAY, HOUR, T0
from tests.tools.explain.given import (
    LOGIN,
    QUIET,
    a_world,
    an_account,
    it_is,
    rows,
    the_start,
    the_step,
    told,
)

# ---- as it was ------------------------------------------------------------------------------------------------------


def test_at_a_moment_that_has_passed_only_what_was_known_then_counts(engine: Engine) -> None:
    world = an_account(engine)
    world.tick(2 * HOUR)
    world.fact("logged_in", 3 * HOUR, arrives=5 * HOUR)
    world.tick(26 * HOUR)
    it_is(world, 30 * HOUR)
    before, after = told(world, then=T0 + 4 * HOUR), told(world, then=T0 + 6 * HOUR)
    assert [one.conditions[0].node.count for one in (before, after)] == [0, 1]
    assert [one.is_past for one in (before, after)] == [True, True]
    would = [the_step(one).would for one in (before, after)]
    assert [one and (one.outcome, one.reason) for one in would] == [("nudge", None), ("skip", "gate_false")]
    assert the_step(after).skips == ()
    assert the_start(before).state == "open"
    assert [skip.reason for skip in the_step(told(world, then=T0 + 27 * HOUR)).skips] == ["gate_false"]


def test_before_its_start_there_is_none(engine: Engine) -> None:
    world = an_account(engine)
    world.tick(2 * HOUR)
    found = told(world, then=T0 + 30 * timedelta(minutes=1))
    assert found.starts == ()
    assert "never began" in found.why_no_start


def test_what_the_rule_would_have_said_is_told_where_no_tick_was_there(engine: Engine) -> None:
    world = an_account(engine, signed_up=-20 * DAY)
    world.fact("logged_in", -10 * DAY)
    found = told(world, then=T0 - 15 * DAY)
    step = the_step(found)
    assert the_start(found).state == "not taken"
    assert step.would is not None
    assert (step.would.outcome, step.would.at) == ("nudge", T0 - 19 * DAY)
    assert found.next.at is None


def test_a_nudge_that_came_later_is_not_told(engine: Engine) -> None:
    world = an_account(engine)
    world.tick(2 * HOUR)
    world.tick(26 * HOUR)
    it_is(world, 40 * HOUR)
    then = the_step(told(world, then=T0 + 20 * HOUR))
    assert (then.state, then.nudge) == ("waiting", None)
    assert then.would is not None
    assert then.would.outcome == "nudge"


def test_the_run_is_not_touched(engine: Engine) -> None:
    world = an_account(engine)
    world.tick(2 * HOUR)
    it_is(world, 26 * HOUR)
    before = {table.name: rows(engine, table) for table in tables.metadata.sorted_tables}
    told(world)
    told(world, then=T0 + 20 * HOUR)
    assert {table.name: rows(engine, table) for table in tables.metadata.sorted_tables} == before


def test_an_edit_that_no_worker_has_taken_up_is_told(engine: Engine) -> None:
    world = an_account(engine)
    with write(engine) as connection:
        connection.execute(update(tables.rule).values(version="older", error="ValueError: no"))
    assert [note.split()[0:3] for note in told(world).notes] == [
        ["The", "file", "was"],
        ["The", "rule", "stopped:"],
        ["No", "tick", "has"],
    ]


def test_facts_without_their_account_are_explained_too(engine: Engine) -> None:
    world = a_world(engine)
    world.fact("signed_up", HOUR)
    it_is(world, 2 * HOUR)
    would = the_step(told(world)).would
    assert would is not None
    assert would.reason == "subject_gone"


def test_a_rule_that_starts_with_the_latest_leaves_the_older_start(engine: Engine) -> None:
    world = a_world(engine, cart=LOGIN.replace("when: signed_up", "when: {event: signed_up, which: latest}"))
    world.account("acme")
    for at in (HOUR, 3 * HOUR):
        world.fact("signed_up", at)
        world.tick(at + HOUR)
    it_is(world, 5 * HOUR)
    assert [(start.state, start.reason) for start in told(world).starts] == [("open", None), ("left", "replaced")]
    assert the_start(told(world, then=T0 + 2 * HOUR)).state == "open"


def test_zones_and_insertions_do_not_matter_to_an_empty_database(engine: Engine) -> None:
    world = a_world(
        engine,
        month=QUIET.replace("{did_not: login, in_last: 14 days}", "{did: login, at_least: 1, this: month}"),
    )
    world.account("acme")
    with write(engine) as connection:
        connection.execute(insert(tables.zone).values(name="Europe/Berlin"))
    assert told(world).starts == ()
