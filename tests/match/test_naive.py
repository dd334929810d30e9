"""The referee's reading of steps, gates, `again`, lateness and records, by example, boundary instants included."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from firstwin.rules.terms import BecomesStart, Ever, InLast, Reached, Record, Rule, SinceStart
from tests.match import naive
from tests.match.naive_examples import (
    ANNA,
    DAY,
    HOUR,
    NOW,
    TICK,
    change,
    date,
    ends,
    event,
    facts,
    joins,
    nudges,
    ran,
    reasons,
    signed_up,
    times,
)
from tests.match.naive_facts import Fact
from tests.match.pool_rules import ALERT, AT_ONCE, EVERY_TIME, MAIL, NEVER, after, rule, step
from tests.match.pool_rules import event as on
from tests.match.pool_terms import account, did, is_, to

SIGNED_UP = on("signed_up")


# ---- steps and gates (meaning 1) -------------------------------------------------------------------------------------


def test_a_step_is_done_at_the_first_slot_that_is_not_before_its_time() -> None:
    waits = rule(SIGNED_UP, step(DAY))
    assert times(waits, signed_up(NOW)) == [DAY]
    assert times(waits, signed_up(NOW + TICK)) == [DAY + HOUR]


def test_a_gate_is_judged_at_the_moment_of_sending() -> None:
    waits = rule(SIGNED_UP, step(DAY), unless=did("login", SinceStart()))
    assert reasons(ran(waits, signed_up(), event("login", NOW + DAY))) == [("", "gate_false")]
    assert times(waits, signed_up(), event("login", NOW + DAY + TICK)) == [DAY]
    assert times(waits, signed_up(), event("login", NOW + DAY, known=NOW + DAY + TICK)) == [DAY]  # not heard of yet


def test_a_failed_gate_skips_one_message_and_the_goal_ends_the_series() -> None:
    steps = (step(DAY, name="one"), step(2 * DAY, name="two"), step(3 * DAY, name="three"))
    gated = replace(rule(SIGNED_UP, *steps), unless=did("login", InLast(DAY)))
    assert nudges(gated, signed_up(), event("login", NOW + HOUR)) == [("two", 2 * DAY), ("three", 3 * DAY)]
    goal = rule(SIGNED_UP, *steps, until=did("login", InLast(DAY)))
    result = ran(goal, signed_up(), event("login", NOW + DAY + HOUR))
    assert [nudge.step for nudge in result.nudges] == ["one"]
    assert reasons(result) == [("two", "goal_met")]
    assert ends(result) == [("left", "goal_met")]


def test_gates_of_the_rule_hold_for_every_step_besides_its_own() -> None:
    both = rule(
        SIGNED_UP,
        step(name="one", only_if=account("a", is_("yes"))),
        step(name="two", unless=account("b", is_("yes"))),
        only_if=account("c", is_("yes")),
    )
    yes = [change(f"account.{name}", "yes") for name in "abc"]
    assert [name for name, _ in nudges(both, signed_up(), yes[0], yes[2])] == ["one", "two"]
    assert [name for name, _ in nudges(both, signed_up(), *yes)] == ["one"]
    assert nudges(both, signed_up(), yes[0]) == []


def test_steps_count_from_the_start_whatever_their_order_in_the_file() -> None:
    assert nudges(rule(SIGNED_UP, step(DAY, name="later"), step(name="now")), signed_up()) == [
        ("now", timedelta(0)),
        ("later", DAY),
    ]


def test_a_subject_that_is_gone_is_not_nudged() -> None:
    waits = rule(SIGNED_UP, step(name="now"), step(DAY, name="later"))
    result = ran(waits, signed_up(), change("account.deleted", True, NOW + HOUR))
    assert ([nudge.step for nudge in result.nudges], reasons(result)) == (["now"], [("later", "subject_gone")])
    assert reasons(naive.Referee(waits, facts(signed_up())).run([NOW])) == [("now", "subject_gone")]


# ---- again (meaning 7) -----------------------------------------------------------------------------------------------


def test_never_is_once_and_two_starts_in_one_tick_make_one_nudge() -> None:
    assert times(rule(SIGNED_UP), signed_up(), signed_up(NOW + 3 * DAY)) == [timedelta(0)]
    assert times(rule(SIGNED_UP), signed_up(NOW + TICK), signed_up(NOW + 2 * TICK)) == [HOUR]


def test_again_looks_at_nudges_and_not_at_starts() -> None:
    gated = rule(SIGNED_UP, step(HOUR), unless=account("plan", is_("free")))
    later = (signed_up(NOW + 2 * DAY), change("account.plan", "free"), change("account.plan", "pro", NOW + DAY))
    assert times(gated, signed_up(), *later) == [2 * DAY + HOUR]


def test_after_counts_from_the_last_nudge_and_includes_its_end() -> None:
    now_and_then = rule(SIGNED_UP, again=after(DAY))
    assert times(now_and_then, signed_up(), signed_up(NOW + DAY)) == [timedelta(0), DAY]
    assert times(now_and_then, signed_up(), signed_up(NOW + 23 * HOUR)) == [timedelta(0)]
    assert ends(ran(now_and_then, signed_up(), signed_up(NOW + HOUR)))[1] == ("left", "again")


def test_every_time_is_every_start_but_no_start_twice() -> None:
    once, same = signed_up(id="m1"), signed_up(NOW + HOUR, id="m1")
    assert times(rule(SIGNED_UP, again=EVERY_TIME), once, same, signed_up(NOW + DAY)) == [timedelta(0), DAY]


def test_each_value_of_per_is_counted_on_its_own() -> None:
    failed = rule(on("failed", per="invoice"), step(DAY), again=NEVER)
    given = [
        event("failed", NOW + n * TICK, {"invoice": one}) for n, one in enumerate(["i1", "i2", "i1", 7, "7", None])
    ]
    result = ran(failed, *given)
    assert [nudge.key for nudge in result.nudges] == ["seq:2", "seq:3", "seq:5"]
    assert [(start.per, start.reason) for start in result.starts] == [
        ("i1", None), ("i1", "already_running"), ("i2", None), ("7", None), ("7", "already_running"),
    ]  # fmt: skip


# ---- before the rule (meaning 9) -------------------------------------------------------------------------------------


@pytest.mark.parametrize("backfill", [timedelta(0), 7 * DAY])
def test_what_lies_before_the_rule_is_noted_unless_it_is_filled_in(backfill: timedelta) -> None:
    new = rule(SIGNED_UP, step(8 * DAY), backfill=backfill)
    edge = NOW - backfill
    assert ends(ran(new, signed_up(edge - TICK))) == [("noted", "before_rule")]
    assert ends(ran(new, signed_up(edge)))[0][0] in ("open", "done")


def test_a_start_that_is_filled_in_is_never_too_late_but_counts_its_expiry_from_being_taken() -> None:
    filled = rule(SIGNED_UP, step(DAY), backfill=7 * DAY)
    assert times(filled, signed_up(NOW - 6 * DAY)) == [timedelta(0)]


def test_with_a_backfill_a_state_is_noted_if_it_was_true_that_long_ago() -> None:
    paying = rule(BecomesStart(account("plan", is_("pro"))), backfill=7 * DAY)
    assert times(paying, change("account.plan", "pro", NOW - 7 * DAY)) == []
    assert times(paying, change("account.plan", "pro", NOW - 7 * DAY + TICK)) == [timedelta(0)]
    assert times(paying, change("account.plan", "pro", NOW - 8 * DAY, known=NOW - DAY)) == [timedelta(0)]


def test_what_is_noted_does_not_count_as_running() -> None:
    assert times(rule(SIGNED_UP, step(2 * DAY)), signed_up(NOW - TICK), signed_up(NOW + HOUR)) == [2 * DAY + HOUR]


# ---- late and expired (meanings 11 and 13) ---------------------------------------------------------------------------


def test_a_late_start_is_found_up_to_a_day_past_its_time() -> None:
    waits = rule(SIGNED_UP, step(HOUR))
    due = NOW + HOUR
    assert times(waits, signed_up(known=due + DAY)) == [HOUR + DAY]
    result = ran(waits, signed_up(known=due + DAY + TICK))
    assert (result.nudges, reasons(result)) == ([], [("", "too_late")])


def test_a_late_start_goes_on_with_the_steps_that_are_not_too_late() -> None:
    series = rule(SIGNED_UP, step(name="now"), step(2 * DAY, name="later"))
    assert nudges(series, signed_up(known=NOW + 30 * HOUR)) == [("later", 2 * DAY)]


@pytest.mark.parametrize(
    ("step_", "expires_after", "lifetime"),
    [
        (step(HOUR, MAIL), None, 3 * DAY),
        (step(HOUR, ALERT), None, DAY),
        (step(HOUR, MAIL, ALERT), None, 3 * DAY),
        (step(HOUR, MAIL), 2 * HOUR, 2 * HOUR),
    ],
)
def test_a_nudge_that_comes_too_late_expires(step_: Any, expires_after: timedelta | None, lifetime: timedelta) -> None:
    stale = rule(SIGNED_UP, step_, expires_after=expires_after)
    end = NOW + HOUR + lifetime
    assert times(stale, signed_up(), slots=[NOW, end]) == [HOUR + lifetime]
    assert reasons(ran(stale, signed_up(), slots=[NOW, end + TICK])) == [("", "expired")]


def test_expiry_counts_from_the_moment_that_the_rule_took_the_start() -> None:
    filled = rule(SIGNED_UP, step(), backfill=30 * DAY, expires_after=HOUR)
    assert times(filled, signed_up(NOW - 20 * DAY)) == [timedelta(0)]


# ---- milestones ------------------------------------------------------------------------------------------------------

ACTIVATED = replace(
    rule(BecomesStart(did("report", Ever(), at_least=2)), step(AT_ONCE, Record("activated"))), id="recorder"
)
WELCOME = replace(rule(SIGNED_UP, step(HOUR), unless=Reached("activated")), id="reader")


def report(after: timedelta, **more: Any) -> Fact:
    return event("report", NOW + after, **more)


def recorded(one: Rule, *given: Fact) -> list[tuple[timedelta, timedelta]]:
    """How long after NOW each milestone was reached, and was written down."""
    return [(fact.occurred_at - NOW, fact.known_at - NOW) for fact in ran(one, *given).recorded]


def test_a_milestone_is_dated_by_the_newest_fact_that_made_it_true() -> None:
    assert recorded(ACTIVATED, report(TICK), report(HOUR + TICK)) == [(HOUR + TICK, 2 * HOUR)]
    late = report(timedelta(0), known=NOW + 5 * HOUR)
    assert recorded(ACTIVATED, report(HOUR), late) == [(HOUR, 5 * HOUR)]


def test_a_fact_that_was_known_before_it_happened_is_new_when_it_happens() -> None:
    assert recorded(ACTIVATED, report(TICK), report(5 * HOUR - TICK, known=NOW)) == [(5 * HOUR - TICK, 5 * HOUR)]


def test_a_milestone_that_the_clock_made_true_is_dated_by_the_slot() -> None:
    old = replace(ACTIVATED, when=BecomesStart(account("ends", to("older_than", DAY))))
    assert recorded(old, date("account.ends", NOW + TICK)) == [(DAY + HOUR, DAY + HOUR)]


def test_a_milestone_of_an_event_is_dated_by_the_start() -> None:
    first = replace(ACTIVATED, when=on("report", which="first"))
    assert recorded(first, report(TICK)) == [(TICK, HOUR)]


def test_a_rule_that_only_records_takes_what_was_there_before_it() -> None:
    assert recorded(ACTIVATED, report(-9 * DAY), report(-8 * DAY)) == [(-8 * DAY, timedelta(0))]
    first = replace(ACTIVATED, when=on("report", which="first"))
    assert recorded(first, report(-9 * DAY)) == [(-9 * DAY, timedelta(0))]
    late = report(timedelta(0), known=NOW + 3 * DAY)
    assert recorded(first, late) == [(timedelta(0), 3 * DAY)]  # and nothing is too late for it
    told = replace(ACTIVATED, steps=(step(AT_ONCE, Record("activated"), MAIL),))
    assert recorded(told, report(-9 * DAY), report(-8 * DAY)) == []


@pytest.mark.parametrize("rules", [(ACTIVATED, WELCOME), (WELCOME, ACTIVATED)])
def test_a_rule_runs_after_the_recorders_of_what_it_reads(rules: tuple[Rule, ...]) -> None:
    given = (signed_up(), report(TICK))
    assert times(rules, *given) == [HOUR]
    assert reasons(ran(rules, *given, report(2 * TICK))) == [("", "gate_false")]


def test_a_milestone_stays_reached_and_starts_what_waits_for_it() -> None:
    once = replace(ACTIVATED, when=BecomesStart(did("report", InLast(HOUR))))
    chained = replace(rule(on("firstwin.milestone.activated", which="first"), step(DAY)), id="chained")
    assert times((once, chained), report(TICK)) == [HOUR, DAY + HOUR]


def test_a_milestone_of_another_run_is_not_reached() -> None:
    of_another = event("firstwin.milestone.activated", NOW, run="another")
    assert times(WELCOME, signed_up(), of_another) == [HOUR]
    assert times(WELCOME, signed_up(), replace(of_another, run="live")) == []


def test_a_persons_milestone_carries_its_account() -> None:
    trained = replace(ACTIVATED, about="person", when=BecomesStart(did("login", Ever())))
    result = ran(trained, ANNA, joins("acme"), event("login", NOW, person="anna"))
    assert [(fact.account_id, fact.person_id) for fact in result.recorded] == [("acme", "anna")]
