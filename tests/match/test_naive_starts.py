"""The referee's reading of clocks, chains, dates of events, repetitions and ends of states, by example."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from firstwin.rules.terms import OVER, BecomesStart, Rule, SinceStart
from tests.match.naive import Referee
from tests.match.naive_examples import (
    DAY,
    HOUR,
    LONG_AGO,
    NOW,
    change,
    ends,
    event,
    every,
    nudges,
    ran,
    reasons,
    signed_up,
    times,
)
from tests.match.naive_starts import edit
from tests.match.pool_rules import EVERY_TIME, RULES, rule
from tests.match.pool_rules import event as on
from tests.match.pool_starts import after_nudge, again_and_again, by_clock, step, told_when_over
from tests.match.pool_terms import account, did, is_

MORNING = rule(by_clock("day"), again=EVERY_TIME)  # NOW is noon


def test_a_clock_strikes_each_day_where_the_subject_is() -> None:
    assert times(MORNING) == [21 * HOUR, 45 * HOUR, 69 * HOUR, 93 * HOUR]
    assert times(MORNING, change("account.timezone", "America/New_York"))[0] == HOUR  # its clocks had gone on in March


def test_of_strikes_that_were_missed_the_newest_counts() -> None:
    result = ran(MORNING, slots=[NOW, NOW + 3 * DAY])
    assert ends(result) == [("noted", "replaced"), ("noted", "replaced"), ("done", None)]
    assert [nudge.at - NOW for nudge in result.nudges] == [3 * DAY]


def test_a_strike_is_late_by_its_own_time() -> None:
    slots = [NOW, NOW + DAY]
    assert reasons(ran(replace(MORNING, expires_after=HOUR), slots=slots)) == [("", "expired")]
    assert times(replace(MORNING, expires_after=3 * HOUR), slots=slots) == [DAY]


def test_whom_the_gates_keep_out_begins_nothing() -> None:
    assert ends(ran(replace(MORNING, only_if=account("plan", is_("pro"))))) == []


def test_the_newest_event_says_the_date() -> None:
    flight = rule(on("booked", date="departs_at"), step(-HOUR), again=EVERY_TIME)
    first, other = (
        event("booked", NOW + n * HOUR, {"departs_at": (NOW + days * DAY).isoformat()}) for n, days in ((0, 1), (1, 2))
    )
    assert times(flight, first) == [23 * HOUR]
    assert times(flight, first, other) == [47 * HOUR]
    assert ends(ran(flight, first, event("booked", NOW + HOUR, {}))) == [("left", "date_moved")]


def test_a_step_is_repeated_and_of_two_that_are_due_the_last_is_done() -> None:
    chased = rule(on("signed_up"), *again_and_again(HOUR, DAY, 3))
    assert nudges(chased, signed_up()) == [("chase", HOUR), ("chase.2", 25 * HOUR), ("chase.3", 49 * HOUR)]
    late = ran(chased, signed_up(), slots=[NOW, NOW + 50 * HOUR])
    assert [nudge.step for nudge in late.nudges] == ["chase.3"]
    assert reasons(late) == [("chase", "replaced"), ("chase.2", "replaced")]


def test_the_end_of_a_state_is_told_to_whom_its_beginning_was() -> None:
    pro = told_when_over(rule(BecomesStart(account("plan", is_("pro"))), step(HOUR), again=EVERY_TIME))
    on_off = (change("account.plan", "pro", NOW + HOUR), change("account.plan", "free", NOW + 5 * HOUR))
    assert nudges(pro, *on_off) == [("", 2 * HOUR), (OVER, 5 * HOUR)]
    assert nudges(pro, on_off[0], change("account.plan", "free", NOW + 90 * timedelta(minutes=1))) == []
    paid = replace(pro, steps=(*pro.steps, step(2 * HOUR, "more")), until=did("paid", SinceStart()))
    assert nudges(paid, *on_off, event("paid", NOW + 3 * HOUR)) == [("", 2 * HOUR)]


def test_a_nudge_starts_a_chain_at_the_same_slot() -> None:
    first, second = replace(rule(on("signed_up")), id="first"), replace(rule(after_nudge("first")), id="second")
    result = Referee([second, first], [*SUBJECT, replace(signed_up(), seq=2)]).run(every())
    assert [(nudge.rule, nudge.at) for nudge in result.nudges] == [("first", NOW), ("second", NOW)]


SUBJECT = [
    replace(event("firstwin.account.created_at", LONG_AGO, {"value": LONG_AGO.isoformat()}, value_at=LONG_AGO), seq=1)
]


def test_an_edit_moves_no_due_time_and_a_renamed_step_goes_on() -> None:
    before: Rule = replace(rule(on("signed_up"), *again_and_again(HOUR, DAY, 3)), id="x")
    renamed = tuple(
        replace(one, wait=HOUR, was=one.name, name=one.name.replace("chase", "remind")) for one in before.steps
    )
    edited = replace(before, steps=renamed)
    edits = {NOW + 2 * HOUR: lambda case, at: edit(case, edited, at)}
    result = Referee([before], [*SUBJECT, replace(signed_up(), seq=2)]).run(every(), edits=edits)
    assert [(nudge.step, nudge.at - NOW) for nudge in result.nudges] == [
        ("chase", HOUR),
        ("remind.2", 25 * HOUR),
        ("remind.3", 49 * HOUR),
    ]


def test_every_new_rule_has_a_name_of_its_own() -> None:
    assert {made.id for made in RULES.values()} == set(RULES)
