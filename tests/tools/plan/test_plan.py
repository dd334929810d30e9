from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select, update

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.outbox.pause import pause
from firstwin.tools.plan.changes import PlanError
from tests.tools.plan.given import (
    DAY,
    HOUR,
    WAITS,
    WELCOME,
    go_live,
    library,
    logged_in,
    now,
    only,
    planned,
    signed_up,
    tick,
)

THREE_DAYS = WAITS.replace("2 days", "3 days")
UNLESS = WAITS.replace("then:", "unless: logged_in\nthen:")
STEPS = """\
about: account
when: signed_up
steps:
  first:
    after: 2 days
    then: {webhook: hello, to: crm}
again: never
"""
TWO_STEPS = STEPS.replace("again", "  second:\n    after: 5 days\n    then: {webhook: bye, to: crm}\nagain")


def who(found: frozenset[str]) -> list[str]:
    return sorted(found)


def rows(engine: Engine) -> dict[str, int]:
    with read(engine) as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables.metadata.sorted_tables
        }


def test_files_that_run_already_change_nothing(engine: Engine) -> None:
    rules = library(welcome=WELCOME)
    go_live(engine, rules)
    assert planned(engine, rules).rules == ()


def test_a_new_rule_tells_whom_it_would_have_nudged_and_what_each_backfill_reaches(engine: Engine) -> None:
    for account, days in (("blue", 2), ("cedar", 10), ("fjord", 40)):
        signed_up(engine, account, days * DAY)
    before = rows(engine)
    one = only(planned(engine, library(welcome=WELCOME)))
    assert one.change.kind == "new"
    assert who(one.past.newly.who) == ["blue", "cedar"]
    assert one.past.no_longer.subjects == one.standing.right_now.subjects == 0
    reach = [(choice.backfill.days, choice.subjects, choice.right_now) for choice in one.standing.reach]
    assert reach == [(0, 0, 0), (7, 1, 1), (30, 2, 2)]
    assert rows(engine) == before


def test_what_the_files_themselves_take_up_is_nudged_right_now(engine: Engine) -> None:
    signed_up(engine, "blue", 2 * DAY)
    one = only(planned(engine, library(welcome=WELCOME + "backfill: 7 days\n")))
    assert who(one.standing.right_now.who) == ["blue"]


def test_only_the_asked_stretch_of_the_past_is_told_and_waits_reach_into_it(engine: Engine) -> None:
    for account, days in (("blue", 3), ("cedar", 6), ("fjord", 10)):
        signed_up(engine, account, days * DAY)
    assert who(only(planned(engine, library(welcome=WAITS), 5 * DAY)).past.newly.who) == ["blue", "cedar"]


def test_an_edited_wait_nudges_the_same_at_another_time_and_leaves_what_runs_alone(engine: Engine) -> None:
    rules = library(welcome=WAITS)
    go_live(engine, rules, ago=20 * DAY)
    signed_up(engine, "blue", 10 * DAY)
    signed_up(engine, "cedar", DAY)
    tick(engine, rules)
    before = rows(engine)
    one = only(planned(engine, library(welcome=THREE_DAYS)))
    assert one.change.kind == "edited"
    assert (one.past.newly.subjects, one.past.no_longer.subjects) == (0, 0)
    assert who(one.past.moved.who) == ["blue"]
    assert one.standing.running.kept == {"": 1}
    assert one.standing.running.new_waits == ("",)
    assert rows(engine) == before


def test_an_edited_condition_tells_who_is_nudged_no_longer_and_who_newly(engine: Engine) -> None:
    for account in ("blue", "cedar"):
        signed_up(engine, account, 5 * DAY)
    logged_in(engine, "cedar", 4 * DAY)
    without, with_gate = library(welcome=WAITS), library(welcome=UNLESS)
    go_live(engine, without)
    tightened = only(planned(engine, with_gate)).past
    assert (who(tightened.newly.who), who(tightened.no_longer.who)) == ([], ["cedar"])
    go_live(engine, with_gate)
    loosened = only(planned(engine, without)).past
    assert (who(loosened.newly.who), who(loosened.no_longer.who)) == (["cedar"], [])


def test_an_edit_sends_at_once_what_waits_and_is_due(engine: Engine) -> None:
    """What holds a start back today goes out with the edit."""
    gated = library(welcome=UNLESS)
    go_live(engine, gated, ago=20 * DAY)
    signed_up(engine, "blue", DAY)
    logged_in(engine, "blue", 22 * HOUR)
    tick(engine, gated)
    due_before_the_tick(engine)
    one = only(planned(engine, library(welcome=WAITS)))
    assert who(one.standing.right_now.who) == ["blue"]
    assert one.standing.as_it_is.subjects == 0


def due_before_the_tick(engine: Engine) -> None:
    """Two days have passed since the start, as far as its step knows."""
    with write(engine) as connection:
        connection.execute(update(tables.step_due).values(due_at=now(engine) - timedelta(minutes=5)))


def test_a_step_that_is_added_is_due_for_those_that_run_and_one_that_is_dropped_is_not(engine: Engine) -> None:
    one_step, two_steps = library(welcome=STEPS), library(welcome=TWO_STEPS)
    go_live(engine, one_step, ago=20 * DAY)
    signed_up(engine, "blue", DAY)
    tick(engine, one_step)
    added = only(planned(engine, two_steps)).standing.running
    assert (added.starts, added.kept, added.added, added.dropped) == (1, {"first": 1}, {"second": 1}, {})
    go_live(engine, two_steps)
    dropped = only(planned(engine, one_step)).standing.running
    assert (dropped.kept, dropped.added, dropped.dropped) == ({"first": 1}, {}, {"second": 1})


def test_a_removed_rule_nudges_nobody_any_longer_and_leaves_its_starts(engine: Engine) -> None:
    rules = library(welcome=WAITS, other=WELCOME.replace("hello", "other"))
    go_live(engine, rules, ago=20 * DAY)
    signed_up(engine, "blue", 10 * DAY)
    signed_up(engine, "cedar", DAY)
    tick(engine, rules)
    one = only(planned(engine, library(other=WELCOME.replace("hello", "other"))))
    assert (one.change.kind, one.change.rule.id) == ("removed", "welcome")
    assert who(one.past.no_longer.who) == ["blue"]
    assert one.standing.right_now.subjects == 0
    assert one.standing.running.dropped == {"": 1}


def test_a_renamed_rule_nudges_nobody_newly_and_nobody_again(engine: Engine) -> None:
    rules = library(welcome=WELCOME)
    go_live(engine, rules, ago=20 * DAY)
    signed_up(engine, "blue", 2 * HOUR)
    tick(engine, rules)
    one = only(planned(engine, library(hello=WELCOME + "was: welcome\nbackfill: 7 days\n")))
    assert one.change.kind == "renamed"
    assert one.past.newly.subjects == one.past.no_longer.subjects == one.past.moved.subjects == 0
    assert one.standing.right_now.subjects == 0


def test_a_renamed_rule_that_another_asks_about_takes_its_nudges_along(engine: Engine) -> None:
    chain = "about: account\nwhen: {nudged: welcome}\nthen: {webhook: chain, to: crm}\nagain: never\n"
    rules = library(welcome=WELCOME, chain=chain)
    go_live(engine, rules, ago=20 * DAY)
    before = rows(engine)
    files = library(hello=WELCOME + "was: welcome\n", chain=chain.replace("welcome", "hello"))
    assert {one.change.rule.id: one.change.kind for one in planned(engine, files).rules} == {
        "hello": "renamed",
        "chain": "edited",
    }
    assert rows(engine) == before


def test_a_changed_segment_or_recorder_counts_as_a_change_of_whoever_reads_it(engine: Engine) -> None:
    segments = "big:\n  account.seats: {at_least: 10}\n"
    files = {
        "welcome": WELCOME.replace("then:", "only_if: {segment: big}\nthen:"),
        "activated": "about: account\nwhen: logged_in\nthen: {record: activated}\nagain: never\n",
        "stuck": WAITS.replace("then:", "unless: activated\nthen:"),
    }
    signed_up(engine, "blue", 5 * DAY)
    logged_in(engine, "blue", 4 * DAY)
    go_live(engine, library(segments=segments, **files))
    assert planned(engine, library(segments=segments, **files)).rules == ()
    other = files | {"activated": files["activated"].replace("logged_in", "paid")}
    found = planned(engine, library(segments=segments.replace("10", "5"), **other)).rules
    by_rule = {one.change.rule.id: one for one in found}
    assert by_rule.keys() == {"welcome", "activated", "stuck"}
    assert who(by_rule["activated"].past.no_longer.who) == ["blue"]
    assert who(by_rule["stuck"].past.newly.who) == ["blue"]


def test_a_rule_in_shadow_nudges_nobody_until_it_is_live(engine: Engine) -> None:
    signed_up(engine, "blue", 5 * DAY)
    go_live(engine, library(welcome=WELCOME + "mode: shadow\n"))
    assert who(only(planned(engine, library(welcome=WELCOME))).past.newly.who) == ["blue"]


def test_that_a_rule_is_paused_is_told(engine: Engine) -> None:
    signed_up(engine, "blue", 2 * DAY)
    with write(engine) as connection:
        pause(connection, "welcome", who="ada", why=None, at=now(engine))
    one = only(planned(engine, library(welcome=WELCOME + "backfill: 7 days\n")))
    assert one.standing.right_now.subjects == 0
    assert "paused" in one.standing.notes[0]


def test_what_was_not_kept_by_an_older_version_is_told_with_what_to_do(engine: Engine) -> None:
    rules = library(welcome=WELCOME)
    go_live(engine, rules)
    with write(engine) as connection:
        connection.execute(update(tables.rule_version).values(meaning=None))
    with pytest.raises(PlanError, match="welcome"):
        planned(engine, library(welcome=WAITS))
    go_live(engine, rules)
    assert only(planned(engine, library(welcome=WAITS))).change.kind == "edited"


def test_the_hash_is_that_of_the_files_and_the_answer(engine: Engine) -> None:
    signed_up(engine, "blue", 5 * DAY)
    files = library(welcome=WELCOME)
    first = planned(engine, files).hash
    assert planned(engine, files).hash == first
    assert planned(engine, library(welcome=WAITS)).hash != first
    signed_up(engine, "cedar", 5 * DAY)
    assert planned(engine, files).hash != first


def test_totals_count_each_subject_once(engine: Engine) -> None:
    signed_up(engine, "blue", 5 * DAY)
    plan = planned(engine, library(welcome=WELCOME, waits=WAITS))
    assert plan.total("newly") == (1, 2)


def test_a_milestone_that_the_same_tick_records_starts_whoever_waits_for_it(engine: Engine) -> None:
    files = {
        "activated": "about: account\nwhen: logged_in\nthen: {record: activated}\nagain: never\n",
        "greet": WELCOME.replace("signed_up", "activated"),
    }
    rules = library(**files)
    go_live(engine, rules, ago=20 * DAY)
    signed_up(engine, "blue", DAY)
    tick(engine, rules)
    logged_in(engine, "blue", HOUR)
    edited = library(**files | {"greet": files["greet"].replace("hello", "hi")})
    assert who(only(planned(engine, edited)).standing.right_now.who) == ["blue"]
