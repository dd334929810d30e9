from datetime import timedelta

from sqlalchemy import Engine

from tests.tick.bench_of_rules import DAY, HOUR, T0
from tests.tools.explain.given import (
    LOGIN,
    QUIET,
    a_person,
    a_quiet_account,
    a_world,
    an_account,
    it_is,
    the_start,
    told,
)

# ---- a state --------------------------------------------------------------------------------------------------------


def test_a_state_that_is_not_true_is_shown_part_by_part_and_when_it_could_be(engine: Engine) -> None:
    world = a_quiet_account(engine)
    it_is(world, 3 * HOUR)
    found = told(world)
    (becomes,) = found.conditions
    assert (becomes.role, becomes.passes) == ("becomes", False)
    silence, plan = becomes.node.parts
    assert (silence.holds, plan.holds, plan.value) == (False, True, "pro")
    assert silence.parts[0].count == 1
    assert "not true" in found.why_no_start
    assert found.next.at == T0 + HOUR + 14 * DAY + 2 * DAY


def test_time_alone_does_not_change_every_state(engine: Engine) -> None:
    world = a_world(engine, pro=QUIET.replace("{did_not: login, in_last: 14 days}", "{account.plan: pro}"))
    world.account("acme")
    world.tick(HOUR)
    found = told(world)
    assert found.next.at is None
    assert "something has to happen" in found.next.says


def test_a_state_that_was_true_before_the_rule_is_noted(engine: Engine) -> None:
    world = a_world(engine, quiet=QUIET)
    world.account("acme", at=-60 * DAY)
    world.fact("firstwin.account.plan", -60 * DAY, props={"value": "pro"})
    world.tick(HOUR)
    assert "noted" in told(world).why_no_start


def test_a_state_that_ended_takes_its_start_along(engine: Engine) -> None:
    world = a_quiet_account(engine)
    world.tick(15 * DAY)
    world.fact("login", 15 * DAY + HOUR)
    world.tick(16 * DAY)
    start = the_start(told(world))
    assert (start.state, start.reason, start.steps[0].state) == ("left", "state_ended", "dropped")
    assert start.why


# ---- other starts ---------------------------------------------------------------------------------------------------

TRIAL = """\
about: account
when: {date: account.trial_ends_at}
before: 7 days
then: {webhook: post, to: crm}
again: every time
"""


def test_a_date_ahead_is_told_with_the_moment_of_its_message(engine: Engine) -> None:
    world = a_world(engine, trial=TRIAL)
    world.account("acme")
    ends = T0 + 20 * DAY
    world.fact("firstwin.account.trial_ends_at", HOUR, props={"value": ends.isoformat()}, value_at=ends)
    it_is(world, 2 * HOUR)
    assert told(world).next.at == T0 + 13 * DAY
    world.tick(2 * HOUR)
    found = told(world)
    assert (the_start(found).state, found.next.at) == ("open", T0 + 13 * DAY)


BIRTHDAY = """\
about: account
when: {date: account.founded, every: year}
before: 7 days
then: {webhook: post, to: crm}
again: every time
"""


def test_a_date_of_each_year_is_told_with_the_moment_of_its_next_message(engine: Engine) -> None:
    world = a_world(engine, founded=BIRTHDAY)
    world.account("acme")
    at = (T0 + 20 * DAY).replace(year=1990)
    world.fact("firstwin.account.founded", HOUR, props={"value": at.isoformat()}, value_at=at)
    it_is(world, 2 * HOUR)
    assert told(world).next.at == T0 + 13 * DAY
    world.tick(13 * DAY)
    it_is(world, 13 * DAY + HOUR)
    found = told(world)
    assert (the_start(found).state, the_start(found).key) == ("done", (T0 + 20 * DAY).isoformat())
    assert found.next.at == (T0 + 20 * DAY).replace(year=T0.year + 1) - 7 * DAY
    assert "comes round" in found.next.says


def test_a_moved_date_left_its_start(engine: Engine) -> None:
    world = a_world(engine, trial=TRIAL)
    world.account("acme")
    for day, at in ((20, HOUR), (30, 3 * HOUR)):
        ends = T0 + day * DAY
        world.fact("firstwin.account.trial_ends_at", at, props={"value": ends.isoformat()}, value_at=ends)
        world.tick(at + HOUR)
    assert [(start.state, start.reason) for start in told(world).starts] == [("open", None), ("left", "date_moved")]


def test_a_rule_about_people_is_asked_about_a_person(engine: Engine) -> None:
    world = a_world(engine, hers=LOGIN.replace("about: account", "about: person"))
    world.account("acme")
    a_person(world, "ada")
    world.fact("signed_up", HOUR, person_id="ada")
    world.tick(2 * HOUR)
    for found in (told(world, "ada"), told(world, "acme", person="ada")):
        assert (found.subject, found.name, found.account) == ("ada", "Ada", "acme")
        assert the_start(found).state == "open"


def test_a_milestone_is_followed_by_what_its_recorder_waits_for(engine: Engine) -> None:
    activated = """\
about: account
when: {becomes: {all: [{did: data_connected, since: ever}, {did: report_sent, at_least: 3, since: ever}]}}
then: {record: activated}
again: never
"""
    world = an_account(engine, activated=activated, late=LOGIN.replace("logged_in", "activated"))
    world.fact("report_sent", HOUR)
    it_is(world, HOUR)
    (condition,) = told(world, rule="late").conditions
    (recorder,) = condition.node.parts
    assert [(part.holds, part.count) for part in recorder.parts] == [(False, 0), (False, 1)]


def test_many_starts_are_cut_and_counted(engine: Engine) -> None:
    world = a_world(
        engine, each=LOGIN.replace("after: 24 hours\nunless: logged_in\n", "").replace("never", "every time")
    )
    world.account("acme")
    for minute in range(25):
        world.fact("signed_up", minute * timedelta(minutes=1))
    world.tick(HOUR)
    found = told(world)
    assert (len(found.starts), found.older_starts) == (20, 5)
    assert found.starts[0].at == T0 + timedelta(minutes=24)
