"""The referee's reading of conditions, by example: windows, counts, silence, milestones, and what is seen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from firstwin.rules.terms import (
    All,
    AnyOf,
    BeforeStart,
    Between,
    Count,
    Ever,
    Existed,
    InLast,
    Named,
    NoneOf,
    Reached,
    SinceStart,
    This,
    Within,
)
from tests.match import naive
from tests.match.naive_examples import (
    ACME,
    ANNA,
    DAY,
    HOUR,
    NOW,
    TICK,
    change,
    counts,
    created,
    event,
    facts,
    is_so,
    joins,
)
from tests.match.naive_terms import Begun
from tests.match.pool_terms import account, did, did_not, is_, silent, to, where

# ---- windows (meaning 6) ---------------------------------------------------------------------------------------------


def test_in_last_is_open_at_its_beginning_and_closed_at_now() -> None:
    assert not counts(InLast(DAY), NOW - DAY)
    assert counts(InLast(DAY), NOW - DAY + TICK)
    assert counts(InLast(DAY), NOW)


def test_what_lies_ahead_counts_in_no_window_until_it_is_there() -> None:
    ahead = event("login", NOW + TICK, known=NOW)
    for window in (InLast(DAY), Ever(), This("day"), SinceStart(), Within(DAY)):
        begun = Begun(NOW - HOUR, {})
        assert not is_so(did("login", window), ACME, ahead, start=begun)
        assert is_so(did("login", window), ACME, ahead, now=NOW + TICK, start=begun)


def test_between_is_open_at_the_older_end_and_closed_at_the_newer() -> None:
    window = Between(3 * DAY, DAY)
    assert [counts(window, NOW - age) for age in (3 * DAY, 3 * DAY - TICK, DAY, DAY - TICK)] == [
        False, True, True, False,
    ]  # fmt: skip


def test_since_start_begins_just_after_the_start() -> None:
    assert not counts(SinceStart(), NOW - DAY, start=NOW - DAY)
    assert counts(SinceStart(), NOW - DAY + TICK, start=NOW - DAY)


def test_a_deadline_is_judged_by_event_time_and_includes_its_end() -> None:
    begun = NOW - 3 * DAY
    assert not counts(Within(DAY), begun, start=begun)
    assert counts(Within(DAY), begun + DAY, start=begun)
    assert not counts(Within(DAY), begun + DAY + TICK, start=begun)


def test_unless_and_a_deadline_are_two_questions() -> None:
    late_login, begun = event("login", NOW - HOUR), Begun(NOW - 2 * DAY, {})
    assert is_so(did("login", SinceStart()), ACME, late_login, start=begun)
    assert is_so(did_not("login", Within(DAY)), ACME, late_login, start=begun)


def test_before_start_includes_its_beginning_and_not_the_start() -> None:
    begun = NOW - DAY
    ages = (DAY + TICK, DAY, TICK, timedelta(0))
    assert [counts(BeforeStart(DAY), begun - age, start=begun) for age in ages] == [False, True, True, False]


def test_a_start_that_lies_ahead_has_empty_windows() -> None:
    assert not counts(SinceStart(), NOW, start=NOW + DAY)
    assert not counts(Within(DAY), NOW, start=NOW + DAY)
    assert counts(BeforeStart(2 * DAY), NOW, start=NOW + DAY)


# ---- counting --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(5))
def test_numbers_are_limits_that_are_included(number: int) -> None:
    logins = [event("login", NOW - HOUR) for _ in range(number)]
    assert is_so(did("login", Ever(), at_least=2), ACME, *logins) == (number >= 2)
    assert is_so(did("login", Ever(), at_least=None, at_most=2), ACME, *logins) == (number <= 2)
    assert is_so(did("login", Ever(), at_least=2, at_most=3), ACME, *logins) == (number in (2, 3))


def test_any_of_the_names_counts_and_no_other() -> None:
    both = Count(("login", "visit"), Ever(), 2)
    assert is_so(both, ACME, event("login", NOW), event("visit", NOW))
    assert not is_so(both, ACME, event("login", NOW), event("visited", NOW))


def test_in_an_accounts_rule_everyones_events_count_and_in_a_persons_only_its_own() -> None:
    given = (ACME, ANNA, joins("acme"), event("login", NOW, person="ben"))
    assert is_so(did("login", Ever()), *given)
    assert not is_so(did("login", Ever()), *given, kind="person")
    assert is_so(Count(("login",), Ever(), anyone=True), *given, kind="person")


def test_anyone_is_anyone_of_the_account_that_the_person_is_in_now() -> None:
    given = (ANNA, joins("acme"), event("login", NOW - HOUR, person="ben"), joins("other", NOW))
    anyone = Count(("login",), Ever(), anyone=True)
    assert is_so(anyone, *given, now=NOW - TICK, kind="person")
    assert not is_so(anyone, *given, kind="person")
    assert not is_so(anyone, ANNA, event("login", NOW), kind="person")


def test_all_of_where_must_hold_of_one_event() -> None:
    both = did("paid", Ever(), where("plan", is_("pro")), where("amount", to("at_least", 10), to("less_than", 20)))
    assert is_so(both, ACME, event("paid", NOW, {"plan": "pro", "amount": 10}))
    assert not is_so(both, ACME, event("paid", NOW, {"plan": "pro", "amount": 20}))
    assert not is_so(both, ACME, event("paid", NOW, {"plan": "pro"}), event("paid", NOW, {"amount": 10}))


def test_the_same_is_the_starts_own_value() -> None:
    term, begun = Count(("paid",), SinceStart(), same="invoice"), Begun(NOW - DAY, {"invoice": "i1"})
    assert is_so(term, ACME, event("paid", NOW, {"invoice": "i1"}), start=begun)
    assert not is_so(term, ACME, event("paid", NOW, {"invoice": "i2"}), start=begun)
    assert not is_so(term, ACME, event("paid", NOW), start=begun)
    assert not is_so(term, ACME, event("paid", NOW), start=Begun(NOW - DAY, {}))  # nothing is not the same as nothing


# ---- absence and silence (meanings 3 and 5) --------------------------------------------------------------------------


def test_an_account_without_any_event_did_not() -> None:
    assert is_so(did_not("login", InLast(DAY)), ACME)
    assert is_so(did_not("login", InLast(14 * DAY), at_most=1), ACME)


def test_silence_needs_a_subject_that_existed_for_the_whole_window() -> None:
    quiet = silent("login", InLast(3 * DAY))
    assert is_so(quiet, created(NOW - 3 * DAY))
    assert not is_so(quiet, created(NOW - 3 * DAY + TICK))
    assert is_so(NoneOf((did("login", InLast(3 * DAY)),)), created(NOW - HOUR))


@pytest.mark.parametrize(("window", "begins"), [(Between(3 * DAY, DAY), NOW - 3 * DAY), (This("day"), NOW - 12 * HOUR)])
def test_existing_for_a_window_is_being_there_at_its_beginning(window: Any, begins: datetime) -> None:
    assert is_so(Existed(window), created(begins))
    assert not is_so(Existed(window), created(begins + TICK))


def test_a_subject_that_is_not_there_meets_nothing() -> None:
    anything = NoneOf((did("login", Ever()),))
    assert not is_so(anything)
    assert is_so(anything, created(NOW))
    assert not is_so(anything, created(NOW + TICK, known=NOW))


def test_a_deleted_subject_meets_nothing_until_it_is_back() -> None:
    deleted, back = change("account.deleted", True, NOW), change("account.deleted", None, NOW + DAY)
    term = did_not("login", Ever())
    assert [is_so(term, ACME, deleted, back, now=now) for now in (NOW - TICK, NOW, NOW + DAY)] == [True, False, True]


# ---- milestones and joining ------------------------------------------------------------------------------------------


def test_a_milestone_once_reached_stays_reached_in_its_own_run() -> None:
    reached = event("firstwin.milestone.activated", NOW - 300 * DAY, run="live")
    assert is_so(Reached("activated"), ACME, reached)
    assert not is_so(Reached("activated"), ACME, reached, run="replay")
    assert not is_so(Reached("set_up"), ACME, reached)
    assert not is_so(Reached("activated"), ACME, reached, now=NOW - 300 * DAY - TICK)


def test_an_account_sees_the_milestones_of_its_people_but_a_person_not_the_accounts() -> None:
    of_anna = event("firstwin.milestone.trained", NOW, person="anna")
    of_acme = event("firstwin.milestone.trained", NOW)
    assert is_so(Reached("trained"), ACME, of_anna)
    assert is_so(Reached("trained"), ANNA, of_anna, kind="person")
    assert not is_so(Reached("trained"), ANNA, joins("acme"), of_acme, kind="person")


@pytest.mark.parametrize("true", range(4))
def test_all_any_some_and_none(true: int) -> None:
    parts = tuple(account(name, is_("yes")) for name in "abc")
    given = (ACME, *(change(f"account.{name}", "yes") for name in "abc"[:true]))
    assert is_so(All(parts), *given) == (true == 3)
    assert is_so(AnyOf(parts), *given) == (true >= 1)
    assert is_so(AnyOf(parts, at_least=2), *given) == (true >= 2)
    assert is_so(NoneOf(parts), *given) == (true == 0)
    assert is_so(Named("all-of-them", All(parts)), *given) == (true == 3)


# ---- what is seen ----------------------------------------------------------------------------------------------------


def test_a_replay_sees_what_was_known_then() -> None:
    late = event("login", NOW - DAY, known=NOW)
    assert not is_so(did("login", Ever()), ACME, late, now=NOW - TICK)
    assert is_so(did("login", Ever()), ACME, late)


def test_a_message_that_comes_again_changes_nothing() -> None:
    once, again = event("login", NOW, id="m1"), event("login", NOW, id="m1", known=NOW + HOUR)
    nameless = (event("visit", NOW), event("visit", NOW))
    kept = naive.stored(facts(once, again, *nameless))
    assert [fact.seq for fact in kept] == [1, 3, 4]


def test_a_creation_moved_ahead_takes_the_subject_away() -> None:
    moved = event("firstwin.account.created_at", NOW, {"value": "later"}, value_at=NOW + DAY)
    term = did_not("login", Ever())
    assert [is_so(term, ACME, moved, now=now) for now in (NOW - TICK, NOW, NOW + DAY)] == [True, False, True]
