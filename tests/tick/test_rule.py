"""One rule at its slots, told as stories; the property test in test_rules.py looks for what stories forget."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, select

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.rules.terms import (
    Again,
    BecomesStart,
    ChangedStart,
    Comparison,
    Count,
    DateStart,
    EventStart,
    Ever,
    Property,
    PropertyName,
    Reached,
    Record,
    SinceStart,
    Step,
)
from firstwin.tick.rule import tick_rule
from tests.tick.bench_of_rules import DAY, HOUR, POST, T0, World, rule

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)
LOGGED_IN = Count(("logged_in",), SinceStart())
ON_PRO = BecomesStart(Property(PropertyName("account", "plan"), (Comparison("is", ("pro",)),)))


def on_plan(world: World, plan: str, at: timedelta) -> None:
    world.fact("firstwin.account.plan", at, props={"value": plan})


def test_a_signup_nudges_when_its_time_has_come_and_never_again(engine: Engine) -> None:
    world = World(engine, [rule("first-login", DAY, unless=LOGGED_IN)])
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.tick(2 * HOUR)
    assert world.nudges() == []
    world.tick(25 * HOUR)
    world.tick(26 * HOUR)
    assert world.nudges() == [("first-login", "acme", "")]
    assert world.count(tables.delivery) == 1


def test_whoever_acted_in_time_is_skipped_with_the_reason(engine: Engine) -> None:
    world = World(engine, [rule("first-login", DAY, unless=LOGGED_IN)])
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.fact("logged_in", 25 * HOUR)
    world.tick(25 * HOUR)
    assert (world.nudges(), world.skips()) == ([], [("acme", "gate_false")])


@pytest.mark.parametrize(("value", "nudged"), [(3.0, 0), (4, 1), ("3", 1), (None, 1)])
def test_a_number_that_is_written_otherwise_has_not_changed(engine: Engine, value: object, nudged: int) -> None:
    world = World(engine, [rule(when=ChangedStart(PropertyName("account", "seats")))])
    world.account("acme")
    world.fact("firstwin.account.seats", -DAY, props={"value": 3})
    world.fact("firstwin.account.seats", HOUR, props={"value": value})
    world.tick(2 * HOUR)
    assert len(world.starts()) == nudged


def test_what_lies_before_the_rule_is_left_alone(engine: Engine) -> None:
    world = World(engine, [rule()])
    world.account("acme")
    world.fact("signed_up", -MINUTE)
    world.tick(HOUR)
    assert (world.nudges(), world.starts()) == ([], [])


def test_a_backfill_takes_up_what_lies_before_the_rule(engine: Engine) -> None:
    world = World(engine, [rule("late", 2 * DAY, backfill=7 * DAY)])
    for name, at in (("acme", -6 * DAY), ("older", -8 * DAY)):
        world.account(name)
        world.fact("signed_up", at, name)
    world.tick(HOUR)
    assert world.nudges() == [("late", "acme", "")]


def test_an_import_of_history_nudges_nobody_live(engine: Engine) -> None:
    world = World(engine, [rule()])
    world.account("acme")
    world.tick(HOUR)
    world.fact("signed_up", 2 * HOUR, known_at=T0 + 2 * HOUR, received_at=T0 + 3 * HOUR)
    world.tick(4 * HOUR)
    assert world.nudges() == []


def test_a_late_event_is_found_and_one_beyond_grace_is_skipped_as_too_late(engine: Engine) -> None:
    world = World(engine, [rule()])
    world.account("acme")
    world.account("later")
    world.tick(HOUR)
    world.fact("signed_up", 2 * HOUR - MINUTE, "acme", arrives=23 * HOUR)
    world.tick(24 * HOUR)
    world.fact("signed_up", 2 * HOUR - MINUTE, "later", arrives=26 * HOUR)
    world.tick(27 * HOUR)
    assert world.nudges() == [("welcome", "acme", "")]
    assert world.skips() == [("later", "too_late")]


def test_an_event_dated_ahead_starts_when_its_time_comes(engine: Engine) -> None:
    world = World(engine, [rule()])
    world.account("acme")
    world.fact("signed_up", 5 * HOUR, arrives=HOUR)
    world.tick(2 * HOUR)
    assert world.nudges() == []
    world.tick(5 * HOUR)
    assert world.nudges() == [("welcome", "acme", "")]


def test_two_signups_in_one_tick_make_one_nudge_under_never(engine: Engine) -> None:
    world = World(engine, [rule()])
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.fact("signed_up", HOUR + MINUTE)
    world.tick(2 * HOUR)
    assert world.nudges() == [("welcome", "acme", "")]
    assert world.skips() == [("acme", "again")]


def test_again_after_thirty_days_counts_from_the_last_nudge(engine: Engine) -> None:
    world = World(engine, [rule(again=Again("after", 30 * DAY))])
    world.account("acme")
    for day in (1, 20, 31):
        world.fact("signed_up", day * DAY)
        world.tick(day * DAY)
    assert len(world.nudges()) == 2


def test_while_a_start_is_running_another_is_noted(engine: Engine) -> None:
    world = World(engine, [rule("series", 3 * DAY, again=Again("every time"))])
    world.account("acme")
    world.fact("signed_up", DAY)
    world.fact("signed_up", 2 * DAY)
    world.tick(2 * DAY)
    assert world.starts() == [("open", None), ("noted", "already_running")]


def test_a_milestone_carries_the_time_of_what_made_it_true_and_ends_the_series(engine: Engine) -> None:
    activated = rule(
        "activated", timedelta(0), Record("activated"), when=BecomesStart(Count(("report_sent",), Ever(), 2))
    )
    series = rule("series", 2 * DAY, until=Reached("activated"))
    world = World(engine, [activated, series])
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.fact("report_sent", 2 * HOUR)
    world.tick(3 * HOUR)
    world.fact("report_sent", 4 * HOUR)
    world.tick(5 * HOUR)
    assert world.milestones() == [("acme", T0 + 4 * HOUR)]
    world.tick(3 * DAY)
    assert ("left", "goal_met") in world.starts()
    assert [nudge for nudge in world.nudges() if nudge[0] == "series"] == []


def test_whoever_had_reached_a_milestone_before_the_rule_is_recorded_too(engine: Engine) -> None:
    activated = rule("activated", timedelta(0), Record("activated"), when=BecomesStart(Count(("report_sent",), Ever())))
    world = World(engine, [activated])
    world.account("acme")
    world.fact("report_sent", -5 * DAY)
    world.tick(HOUR)
    assert world.milestones() == [("acme", T0 - 5 * DAY)]


def test_a_rule_waits_for_the_recorder_of_its_milestone(engine: Engine) -> None:
    activated = rule("activated", timedelta(0), Record("activated"), when=BecomesStart(Count(("report_sent",), Ever())))
    series = rule("series", DAY, until=Reached("activated"))
    world = World(engine, [activated, series])
    assert tick_rule(engine, world.env, world.run, series, T0 + HOUR).outcome == "waiting"
    assert [one.outcome for one in world.tick(HOUR)] == ["done", "done"]


def test_a_state_that_is_true_already_is_noted_and_one_that_begins_nudges(engine: Engine) -> None:
    world = World(engine, [rule("pro", when=ON_PRO, again=Again("every time"))])
    world.account("acme")
    on_plan(world, "pro", -DAY)
    world.tick(HOUR)
    assert world.nudges() == []
    on_plan(world, "free", 2 * HOUR)
    world.tick(3 * HOUR)
    on_plan(world, "pro", 4 * HOUR)
    world.tick(5 * HOUR)
    assert world.nudges() == [("pro", "acme", "")]


def test_a_state_that_ends_before_its_step_is_due_sends_nothing(engine: Engine) -> None:
    world = World(engine, [rule("pro", 2 * DAY, when=ON_PRO)])
    world.account("acme")
    world.tick(HOUR)
    on_plan(world, "pro", 2 * HOUR)
    world.tick(3 * HOUR)
    on_plan(world, "free", DAY)
    world.tick(DAY)
    world.tick(4 * DAY)
    assert (world.nudges(), world.starts()) == ([], [("left", "state_ended")])


def test_missed_slots_of_a_state_are_made_up_hour_by_hour(engine: Engine) -> None:
    world = World(engine, [rule("pro", when=ON_PRO)], every=MINUTE)
    world.account("acme")
    world.tick(HOUR)
    on_plan(world, "pro", 90 * MINUTE)
    on_plan(world, "free", 150 * MINUTE)
    world.tick(10 * HOUR)
    with engine.connect() as connection:
        since, until = connection.execute(select(tables.episode.c.since, tables.episode.c.until)).one()
    assert (since, until) == (T0 + 2 * HOUR, T0 + 3 * HOUR)


def test_a_moved_date_drops_the_old_messages_and_a_date_that_comes_back_is_not_told_twice(engine: Engine) -> None:
    trial = rule(
        "trial", when=DateStart(PropertyName("account", "trial_ends_at")), again=Again("every time"),
        steps=(Step("week", -7 * DAY, (POST,)), Step("ended", timedelta(0), (POST,))),
    )  # fmt: skip
    world = World(engine, [trial])
    world.account("acme")

    def moves_to(day: int, at: timedelta) -> None:
        ends = T0 + day * DAY
        world.fact("firstwin.account.trial_ends_at", at, props={"value": ends.isoformat()}, value_at=ends)

    moves_to(10, HOUR)
    world.tick(4 * DAY)
    assert world.nudges() == [("trial", "acme", "week")]
    moves_to(30, 5 * DAY)
    world.tick(11 * DAY)
    assert world.nudges() == [("trial", "acme", "week")]
    assert world.starts() == [("left", "date_moved"), ("open", None)]
    moves_to(10, 11 * DAY + HOUR)
    world.tick(12 * DAY)
    assert world.nudges() == [("trial", "acme", "week"), ("trial", "acme", "ended")]


def test_which_latest_begins_anew_with_each_event(engine: Engine) -> None:
    cart = rule(
        "cart", DAY, when=EventStart(("cart_changed",), which="latest"), unless=Count(("bought",), SinceStart())
    )
    world = World(engine, [cart])
    world.account("acme")
    world.fact("cart_changed", HOUR)
    world.tick(2 * HOUR)
    world.fact("cart_changed", 20 * HOUR)
    world.tick(26 * HOUR)
    assert (world.nudges(), world.starts()[0]) == ([], ("left", "replaced"))
    world.tick(44 * HOUR)
    assert world.nudges() == [("cart", "acme", "")]


def test_a_pause_keeps_steps_due_and_resuming_sends_what_is_still_fresh(engine: Engine) -> None:
    world = World(engine, [rule()])
    world.account("acme")
    with write(engine) as connection:
        connection.execute(insert(tables.pause).values(scope="welcome", since=T0, who="a test"))
    world.fact("signed_up", HOUR)
    world.tick(2 * HOUR)
    assert (world.nudges(), world.skips()) == ([], [])
    with write(engine) as connection:
        connection.execute(tables.pause.delete())
    world.tick(DAY)
    assert world.nudges() == [("welcome", "acme", "")]


def test_a_rule_in_shadow_decides_and_sends_nothing(engine: Engine) -> None:
    world = World(engine, [rule(mode="shadow")])
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.tick(2 * HOUR)
    assert (len(world.nudges()), world.count(tables.delivery)) == (1, 0)


def test_an_edit_keeps_due_times_and_a_step_that_is_added_in_time_is_due(engine: Engine) -> None:
    before = rule("series", steps=(Step("a", 5 * DAY, (POST,)),))
    world = World(engine, [before])
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.tick(2 * HOUR)
    shorter = (Step("a", DAY, (POST,)), Step("b", 3 * DAY, (POST,)), Step("too-late", HOUR, (POST,)))
    world.know(replace(before, steps=shorter, version="2"), at=2 * DAY)
    world.tick(2 * DAY)
    assert world.nudges() == []
    world.tick(6 * DAY)
    assert world.nudges() == [("series", "acme", "b"), ("series", "acme", "a")]


def test_the_first_slot_of_a_day_asks_about_everyone_and_counts_what_ticks_missed(sqlite_engine: Engine) -> None:
    world = World(sqlite_engine, [rule()])
    world.account("acme")
    world.tick(HOUR)
    world.fact("signed_up", HOUR / 2, seq=-1)  # numbered as if an earlier tick had seen it
    assert [one.missed for one in world.tick(3 * HOUR)] == [0]
    assert [one.missed for one in world.tick(DAY)] == [1]
    assert world.nudges() == [("welcome", "acme", "")]
    assert [one.missed for one in world.tick(2 * DAY)] == [0]


def test_a_renamed_rule_nudges_nobody_again(engine: Engine) -> None:
    world = World(engine, [rule("old-name")])
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.tick(2 * HOUR)
    world.know(rule("new-name", was="old-name"), at=3 * HOUR)
    world.fact("signed_up", 4 * HOUR)
    world.tick(5 * HOUR)
    assert world.nudges() == [("new-name", "acme", "")]
    assert world.skips() == [("acme", "again")]


def test_a_full_sweep_finds_nothing_that_ticks_missed(engine: Engine) -> None:
    world = World(engine, [rule("first-login", DAY, unless=LOGGED_IN), rule("pro", when=ON_PRO)])
    world.account("acme")
    for hour in range(1, 30, 7):
        world.fact("signed_up", hour * HOUR)
        on_plan(world, "pro" if hour % 2 else "free", hour * HOUR)
        world.tick(hour * HOUR)
        assert [one.missed for one in world.tick(hour * HOUR, everyone=True)] == [0, 0]


@pytest.mark.parametrize("workers", [4])
def test_many_workers_at_one_slot_nudge_once(engine: Engine, workers: int) -> None:
    world = World(engine, [rule()])
    for number in range(20):
        world.account(f"a{number}")
        world.fact("signed_up", HOUR, f"a{number}")

    def work(_: int) -> list[str]:
        return [one.outcome for one in world.tick(2 * HOUR)]

    with ThreadPoolExecutor(workers) as pool:
        outcomes = [outcome for done in pool.map(work, range(workers)) for outcome in done]
    assert outcomes.count("done") == 1
    assert len(world.nudges()) == 20
