"""The referee's reading of the kinds of start, by example: which are taken, which wait, and how they end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from firstwin.rules.terms import BecomesStart, ChangedStart, DateStart, InLast, PropertyName, SinceStart
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
    joins,
    nudges,
    ran,
    reasons,
    signed_up,
    times,
)
from tests.match.pool_rules import EVERY_TIME, after, rule, step
from tests.match.pool_rules import event as on
from tests.match.pool_terms import account, did, is_, start, to, where

SIGNED_UP = on("signed_up")
ENDS, PLAN = PropertyName("account", "ends"), PropertyName("account", "plan")


# ---- starts by events ------------------------------------------------------------------------------------------------


def test_a_start_while_an_earlier_one_is_running_is_ignored() -> None:
    waits = rule(SIGNED_UP, step(DAY), again=EVERY_TIME)
    assert times(waits, signed_up(), signed_up(NOW + DAY - TICK)) == [DAY]
    assert times(waits, signed_up(), signed_up(NOW + DAY)) == [DAY, 2 * DAY]


def test_an_ignored_start_stays_ignored_and_ignores_none_itself() -> None:
    waits = rule(SIGNED_UP, step(DAY), again=EVERY_TIME)
    assert times(waits, *(signed_up(NOW + n * HOUR) for n in (0, 12, 30))) == [DAY, 30 * HOUR + DAY]


def test_a_start_that_has_met_its_goal_no_longer_runs() -> None:
    waits = rule(SIGNED_UP, step(2 * DAY), until=did("paid", SinceStart()), again=EVERY_TIME)
    result = ran(waits, signed_up(), event("paid", NOW + HOUR), signed_up(NOW + DAY))
    assert ends(result) == [("left", "goal_met"), ("done", None)]
    assert [nudge.at for nudge in result.nudges] == [NOW + 3 * DAY]


def test_a_late_event_is_ignored_if_it_overlaps_what_is_done() -> None:
    waits = rule(SIGNED_UP, step(DAY), again=EVERY_TIME)
    late = signed_up(NOW + HOUR, known=NOW + 30 * HOUR)
    assert ends(ran(waits, signed_up(), late)) == [("done", None), ("noted", "already_running")]


def test_starts_of_rules_without_a_wait_never_overlap() -> None:
    assert times(rule(SIGNED_UP, again=EVERY_TIME), *(signed_up(NOW + n * TICK) for n in (1, 1, 2))) == [HOUR] * 3


def test_the_latest_replaces_the_running_one_and_the_clock_begins_again() -> None:
    cart = rule(on("cart", which="latest"), step(DAY), again=EVERY_TIME)
    result = ran(cart, event("cart", NOW), event("cart", NOW + 12 * HOUR))
    assert [nudge.at - NOW for nudge in result.nudges] == [36 * HOUR]
    assert ends(result) == [("left", "replaced"), ("done", None)]


def test_an_older_or_equal_event_that_comes_late_is_not_the_latest() -> None:
    cart = rule(on("cart", which="latest"), step(DAY), again=EVERY_TIME)
    for at in (NOW - TICK, NOW):
        assert times(cart, event("cart", NOW), event("cart", at, known=NOW + HOUR)) == [DAY]


def test_each_value_of_per_has_a_latest_of_its_own() -> None:
    cart = rule(on("cart", which="latest", per="shop"), step(DAY), again=EVERY_TIME)
    given = [event("cart", NOW + n * HOUR, {"shop": shop}, known=NOW + 2 * HOUR) for n, shop in enumerate("aba")]
    assert times(cart, *given) == [DAY + HOUR, DAY + 2 * HOUR]


def test_the_first_and_the_third_are_of_all_there_ever_were() -> None:
    reports = [event("report", NOW + n * HOUR) for n in range(5)]
    assert times(rule(on("report", which="first"), again=EVERY_TIME), *reports) == [timedelta(0)]
    assert times(rule(on("report", which=3), again=EVERY_TIME), *reports) == [2 * HOUR]
    before = event("report", NOW - DAY)
    assert times(rule(on("report", which="first")), before, *reports) == []
    assert times(rule(on("report", which=3)), before, *reports) == [HOUR]


def test_a_late_event_does_not_make_another_first() -> None:
    first = rule(on("report", which="first"), again=EVERY_TIME)
    result = ran(first, event("report", NOW + DAY), event("report", NOW + HOUR, known=NOW + 2 * DAY))
    assert [(nudge.key, nudge.at) for nudge in result.nudges] == [("nth:1", NOW + DAY)]


def test_the_number_is_counted_for_each_value_of_per() -> None:
    second = rule(on("paid", which=2, per="shop"), again=EVERY_TIME)
    given = [event("paid", NOW + n * TICK, {"shop": shop}) for n, shop in enumerate("abba")]
    assert [nudge.key for nudge in ran(second, *given).nudges] == ["nth:2:b", "nth:2:a"]


def test_where_says_which_events_start_and_start_says_what_they_brought() -> None:
    big = rule(
        on("paid", where=(where("amount", to("at_least", 10)),)), only_if=start("plan", is_("pro")), again=EVERY_TIME
    )
    assert times(big, *(event("paid", NOW, {"amount": n, "plan": "pro"}) for n in (9, 10))) == [timedelta(0)]
    assert reasons(ran(big, event("paid", NOW, {"amount": 10}))) == [("", "gate_false")]


# ---- states ----------------------------------------------------------------------------------------------------------

BUSY = did("login", InLast(DAY))


def test_a_state_starts_when_it_becomes_true_and_what_is_true_already_is_noted() -> None:
    busy = rule(BecomesStart(BUSY), again=EVERY_TIME)
    result = ran(busy, event("login", NOW), event("login", NOW + 2 * DAY))
    assert [(e.since - NOW, e.until and e.until - NOW, e.noted) for e in result.episodes] == [
        (timedelta(0), DAY, True),
        (2 * DAY, 3 * DAY, False),
    ]
    assert [(nudge.key, nudge.at) for nudge in result.nudges] == [("2026-03-12T12:00:00+00:00", NOW + 2 * DAY)]


def test_nothing_more_is_sent_when_the_state_ends() -> None:
    busy = rule(BecomesStart(BUSY), step(DAY, name="one"), again=EVERY_TIME)
    result = ran(busy, event("login", NOW + HOUR))
    assert (result.nudges, ends(result)) == ([], [("left", "state_ended")])
    lasting = (event("login", NOW + HOUR), event("login", NOW + 2 * HOUR))
    assert times(busy, *lasting) == [DAY + HOUR]


def test_a_late_fact_changes_the_present_and_no_past_episode() -> None:
    busy = rule(BecomesStart(BUSY), again=EVERY_TIME)
    result = ran(busy, event("login", NOW + HOUR, known=NOW + 10 * HOUR))
    assert [(e.since - NOW, e.until and e.until - NOW) for e in result.episodes] == [(10 * HOUR, DAY + HOUR)]


def test_a_state_between_two_slots_is_not_seen() -> None:
    assert ran(rule(BecomesStart(BUSY)), event("login", NOW + HOUR), slots=[NOW, NOW + 2 * DAY]).episodes == []


# ---- dates -----------------------------------------------------------------------------------------------------------


def test_steps_lie_before_and_on_the_date() -> None:
    trial = rule(DateStart(ENDS), step(-DAY, name="before"), step(name="on"))
    assert nudges(trial, date("account.ends", NOW + 2 * DAY)) == [("before", DAY), ("on", 2 * DAY)]


def test_a_step_before_a_date_that_is_near_already_is_too_late() -> None:
    trial = rule(DateStart(ENDS), step(-7 * DAY, name="before"), step(name="on"))
    result = ran(trial, date("account.ends", NOW + 2 * DAY))
    assert ([nudge.step for nudge in result.nudges], reasons(result)) == (["on"], [("before", "too_late")])


def test_a_moved_date_is_a_new_start_and_an_emptied_one_is_none() -> None:
    trial = rule(DateStart(ENDS), again=EVERY_TIME)
    first, second = date("account.ends", NOW + DAY), date("account.ends", NOW + 2 * DAY, NOW + HOUR)
    result = ran(trial, first, second)
    assert ends(result) == [("left", "date_moved"), ("done", None)]
    assert [nudge.at - NOW for nudge in result.nudges] == [2 * DAY]
    assert ends(ran(trial, first, change("account.ends", None, NOW + HOUR))) == [("left", "date_moved")]
    assert ends(ran(trial, first, change("account.ends", "soon", NOW + HOUR))) == [("left", "date_moved")]


def test_a_date_that_comes_back_goes_on_and_nudges_no_second_time() -> None:
    trial = rule(DateStart(ENDS), step(-DAY, name="before"), step(name="on"), again=EVERY_TIME)
    first, away = date("account.ends", NOW + 2 * DAY), date("account.ends", NOW + 9 * DAY, NOW + 30 * HOUR)
    back = date("account.ends", NOW + 2 * DAY, NOW + 40 * HOUR)
    assert nudges(trial, first, away, back) == [("before", DAY), ("on", 2 * DAY)]


def test_again_is_asked_only_before_the_first_nudge_of_a_start() -> None:
    trial = rule(DateStart(ENDS), step(-DAY, name="before"), step(name="on"), again=after(12 * HOUR))
    first, second = date("account.ends", NOW + DAY), date("account.ends", NOW + 40 * HOUR, NOW + 13 * HOUR)
    back = date("account.ends", NOW + DAY, NOW + 20 * HOUR)
    assert nudges(trial, first, second, back) == [("before", timedelta(0)), ("before", 16 * HOUR), ("on", DAY)]


def test_a_date_before_the_rule_is_noted() -> None:
    assert ends(ran(rule(DateStart(ENDS)), date("account.ends", NOW - TICK))) == [("noted", "before_rule")]
    assert times(rule(DateStart(ENDS)), date("account.ends", NOW)) == [timedelta(0)]


# ---- changes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "starts"),
    [
        (None, None, ["free", "pro", None, "pro"]),
        (("free",), ("pro", "team"), ["pro"]),
        ((), None, ["free", "pro"]),
        (None, (), [None]),
        (("pro",), None, [None]),
    ],
)
def test_a_change_starts_if_it_fits_from_and_to(old: Any, new: Any, starts: list[str | None]) -> None:
    values = ["free", "free", "pro", None, None, "pro"]
    given = [change("account.plan", value, NOW + n * HOUR) for n, value in enumerate(values)]
    result = ran(rule(ChangedStart(PLAN, old, new), again=EVERY_TIME), *given)
    assert [one.props["to"] for one in result.starts] == starts


def test_a_late_change_is_judged_by_what_stands_before_it() -> None:
    given = (change("account.plan", "free"), change("account.plan", "pro", NOW + 2 * HOUR))
    late = change("account.plan", "team", NOW + HOUR, known=NOW + 5 * HOUR)
    result = ran(rule(ChangedStart(PLAN), again=EVERY_TIME), *given, late)
    taken = [(one.props["from"], one.props["to"], one.seen_at - NOW) for one in result.starts if one.state == "done"]
    assert taken == [("free", "pro", 2 * HOUR), ("free", "team", 5 * HOUR)]


def test_changes_are_told_apart_by_type() -> None:
    given = (change("account.plan", 1), change("account.plan", True, NOW), change("account.plan", "1", NOW + HOUR))
    assert times(rule(ChangedStart(PLAN), again=EVERY_TIME), *given) == [timedelta(0), HOUR]


# ---- people ----------------------------------------------------------------------------------------------------------


def test_a_persons_rule_is_about_the_persons_own_events_and_its_account() -> None:
    invited = rule(on("invited"), only_if=account("plan", is_("pro")), about="person", again=EVERY_TIME)
    given = (ANNA, joins("acme"), change("account.plan", "pro"), event("invited", NOW, person="anna"))
    result = ran(invited, *given, event("invited", NOW + HOUR, person="ben"))
    assert [(nudge.subject, nudge.at) for nudge in result.nudges] == [("anna", NOW)]


def test_a_persons_date_is_that_of_the_account_it_is_in_now() -> None:
    trial = rule(DateStart(ENDS), about="person", again=EVERY_TIME)
    given = (ANNA, joins("acme"), date("account.ends", NOW + DAY))
    result = ran(trial, *given, joins(None, NOW + HOUR))
    assert ends(result) == [("left", "date_moved")]
    assert times(trial, *given) == [DAY]
