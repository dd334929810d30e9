"""The referee's reading, by example, of usage, of what a property did, of nudges and of the people of an account."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from firstwin.rules.terms import (
    All,
    BeforeStart,
    Between,
    Changed,
    Ever,
    InLast,
    Moved,
    Nudged,
    People,
    PropertyName,
    SinceStart,
    Term,
    This,
    Usage,
    Within,
)
from tests.match.naive_examples import ACME, ANNA, DAY, HOUR, LONG_AGO, NOW, TICK, change, event, is_so, joins
from tests.match.naive_facts import Fact
from tests.match.naive_terms import Begun
from tests.match.pool_terms import account, did, is_, person, silent

SCORE, PLAN = PropertyName("account", "score"), PropertyName("account", "plan")
ADMIN = person("role", is_("admin"))


def usage(down: float = 0.0, up: float = 0.0, floor: int = 1, *, people: bool = False) -> Usage:
    return Usage(("login",), DAY, 2 * DAY, "down" if down else "up", down or up, floor, people=people)


def logins(number: int, at: datetime, who: str = "") -> list[Fact]:
    people: list[str | None] = [*who.split()] or [None]
    return [event("login", at, person=person) for person in people for _ in range(number)]


def of(who: str, *given: Fact) -> list[Fact]:
    return [replace(fact, person_id=who) for fact in given]


BEN = of("ben", ANNA, joins("acme"))

# ---- usage ----------------------------------------------------------------------------------------------------------


def test_usage_is_down_by_the_share_or_more_of_the_mean() -> None:
    before = logins(4, NOW - 2 * DAY)

    assert is_so(usage(down=0.5), ACME, *before, *logins(1, NOW))
    assert is_so(usage(down=1.0), ACME, *before)
    assert not is_so(usage(down=0.5), ACME, *before, *logins(2, NOW))
    assert is_so(usage(up=0.5), ACME, *before, *logins(3, NOW))
    assert not is_so(usage(up=0.51), ACME, *before, *logins(3, NOW))


def test_the_floor_counts_the_whole_of_the_time_before() -> None:
    assert is_so(usage(down=0.5, floor=2), ACME, *logins(2, NOW - 2 * DAY))
    assert not is_so(usage(down=0.5, floor=2), ACME, *logins(1, NOW - 2 * DAY), *logins(1, NOW - 3 * DAY))


@pytest.mark.parametrize(
    ("at", "counts"),
    [(NOW - 3 * DAY, False), (NOW - 3 * DAY + TICK, True), (NOW - DAY, True), (NOW - DAY + TICK, False)],
)
def test_the_time_before_is_open_where_it_begins_and_closed_where_it_ends(at: datetime, counts: bool) -> None:
    assert is_so(usage(down=0.5), ACME, *logins(1, at)) is counts


def test_of_people_the_mean_is_that_of_each_stretch() -> None:
    """Two who come every day are two a day, and not one."""
    before = [*logins(3, NOW - DAY, "anna ben"), *logins(1, NOW - 2 * DAY, "anna ben"), *logins(9, NOW - DAY)]

    assert is_so(usage(down=0.5, people=True), ACME, *before, *logins(5, NOW, "anna"))
    assert not is_so(usage(down=0.5, people=True), ACME, *before, *logins(1, NOW, "anna ben"))
    assert not is_so(usage(up=0.5, people=True), ACME, *before, *logins(1, NOW, "anna ben"))
    assert is_so(usage(up=0.5, people=True), ACME, *before, *logins(1, NOW, "anna ben carl"))
    assert not is_so(usage(down=0.5, floor=3, people=True), ACME, *before)


# ---- properties -----------------------------------------------------------------------------------------------------

FALL = (change("account.score", 80, NOW - 2 * DAY), change("account.score", 60, NOW - HOUR))


def test_a_number_moves_from_before_the_window_to_its_end() -> None:
    assert is_so(Moved(SCORE, "fell", 20, InLast(DAY)), ACME, *FALL)
    assert not is_so(Moved(SCORE, "fell", 21, InLast(DAY)), ACME, *FALL)
    assert not is_so(Moved(SCORE, "rose", 20, InLast(DAY)), ACME, *FALL)
    assert is_so(Moved(SCORE, "fell", 20, InLast(DAY)), ACME, FALL[0], replace(FALL[1], occurred_at=NOW - DAY + TICK))
    assert not is_so(Moved(SCORE, "fell", 20, InLast(DAY)), ACME, FALL[0], replace(FALL[1], occurred_at=NOW - DAY))


def test_what_happened_in_between_is_no_matter() -> None:
    peak = change("account.score", 200, NOW - 2 * HOUR)

    assert not is_so(Moved(SCORE, "fell", 21, InLast(DAY)), ACME, FALL[0], peak, FALL[1])


def test_a_share_is_of_what_was_above_zero() -> None:
    assert is_so(Moved(SCORE, "fell", 0.25, InLast(DAY), is_share=True), ACME, *FALL)
    assert not is_so(Moved(SCORE, "fell", 0.26, InLast(DAY), is_share=True), ACME, *FALL)
    debt = (change("account.score", -80, NOW - 2 * DAY), change("account.score", 60, NOW - HOUR))
    assert not is_so(Moved(SCORE, "rose", 0.5, InLast(DAY), is_share=True), ACME, *debt)


@pytest.mark.parametrize("before", [None, "80", True])
def test_what_was_no_number_did_not_move(before: object) -> None:
    fell = Moved(SCORE, "fell", 20, InLast(DAY))

    assert not is_so(fell, ACME, change("account.score", before, NOW - 2 * DAY), FALL[1])
    assert not is_so(fell, ACME, FALL[1])


@pytest.mark.parametrize(
    ("window", "at", "moved"),
    [
        (Between(2 * DAY, DAY), NOW - DAY, True),
        (Between(2 * DAY, DAY), NOW - DAY + TICK, False),
        (Between(2 * DAY, DAY), NOW - 2 * DAY, False),
        (This("day"), NOW - 12 * HOUR, True),
        (This("day"), NOW - 12 * HOUR - TICK, False),
        (SinceStart(), NOW - 10 * HOUR, False),
        (SinceStart(), NOW - 10 * HOUR + TICK, True),
        (Within(HOUR), NOW - 9 * HOUR, True),
        (Within(HOUR), NOW - 9 * HOUR + TICK, False),
        (BeforeStart(HOUR), NOW - 11 * HOUR, True),
        (BeforeStart(HOUR), NOW - 11 * HOUR - TICK, False),
        (BeforeStart(HOUR), NOW - 10 * HOUR, False),
        (Ever(), LONG_AGO + TICK, True),
    ],
)
def test_a_number_moves_with_a_change_in_the_window(window: Ever, at: datetime, moved: bool) -> None:
    given = (ACME, change("account.score", 80), change("account.score", 60, at))

    assert is_so(Moved(SCORE, "fell", 20, window), *given, start=Begun(NOW - 10 * HOUR, {})) is moved
    assert is_so(Changed(SCORE, window, (80.0,)), *given, start=Begun(NOW - 10 * HOUR, {})) is moved


def test_a_value_changes_where_another_one_is_told() -> None:
    told = (change("account.plan", "free", NOW - 2 * DAY), change("account.plan", "free", NOW - HOUR))

    assert not is_so(Changed(PLAN, InLast(DAY)), ACME, *told)
    assert is_so(Changed(PLAN, InLast(DAY)), ACME, *told, change("account.plan", "pro", NOW))
    assert is_so(Changed(PLAN, Ever(), ()), ACME, *told)
    assert is_so(Changed(PLAN, InLast(DAY), ("free",), ()), ACME, *told, change("account.plan", None, NOW))
    assert not is_so(Changed(PLAN, InLast(DAY), None, ("pro",)), ACME, *told, change("account.plan", "team", NOW))
    assert not is_so(Changed(PLAN, Ever(), (3.0,)), ACME, change("account.plan", 3), change("account.plan", 3.0, NOW))


# ---- nudges ---------------------------------------------------------------------------------------------------------


def test_a_nudge_is_the_subjects_own_and_this_runs() -> None:
    arrived = event("firstwin.nudged.trial", NOW - DAY + TICK, {"step": "week"}, run="live")

    assert is_so(Nudged("trial", InLast(DAY)), ACME, arrived)
    assert is_so(Nudged("trial", InLast(DAY), "week"), ACME, arrived)
    assert not is_so(Nudged("trial", InLast(DAY), "ended"), ACME, arrived)
    assert not is_so(Nudged("other", InLast(DAY)), ACME, arrived)
    assert not is_so(Nudged("trial", InLast(DAY)), ACME, arrived, run="a replay")
    assert not is_so(Nudged("trial", InLast(DAY)), ACME, *of("anna", arrived))
    assert is_so(Nudged("trial", InLast(DAY)), ANNA, *of("anna", arrived), kind="person")


# ---- people ---------------------------------------------------------------------------------------------------------

ANNA_IS_ADMIN = change("person.role", "admin")


def how(term: Term, *given: Fact) -> list[bool]:
    return [is_so(People(word, term), ACME, *given) for word in ("any", "every", "no")]


def test_without_people_only_no_person_holds() -> None:
    assert how(ADMIN) == [False, False, True]
    assert how(ADMIN, ANNA, ANNA_IS_ADMIN) == [False, False, True]


def test_people_are_those_who_are_in_the_account_now() -> None:
    assert how(ADMIN, ANNA, ANNA_IS_ADMIN, joins("acme")) == [True, True, False]
    assert how(ADMIN, ANNA, ANNA_IS_ADMIN, joins("acme"), *BEN) == [True, False, False]
    left = replace(joins(None, NOW), account_id="acme")
    assert how(ADMIN, ANNA, ANNA_IS_ADMIN, joins("acme"), left) == [False, False, True]


def test_who_is_deleted_or_not_there_yet_does_not_count() -> None:
    assert how(ADMIN, ANNA, ANNA_IS_ADMIN, joins("acme"), change("person.deleted", True, NOW)) == [False, False, True]
    later = replace(ANNA, value_at=NOW + TICK)
    assert how(ADMIN, later, ANNA_IS_ADMIN, joins("acme")) == [False, False, True]


def test_who_is_in_two_accounts_is_asked_by_both() -> None:
    """And of each account for itself."""
    both = (ANNA, ANNA_IS_ADMIN, joins("acme"), joins("other", NOW - DAY))
    at_acme = All((ADMIN, account("plan", is_("pro"))))
    others_plan = replace(change("account.plan", "free"), account_id="other")

    assert how(ADMIN, *both) == [True, True, False]
    assert how(at_acme, *both, change("account.plan", "pro"), others_plan) == [True, True, False]


def test_what_a_person_did_and_how_long_it_was_silent_is_the_persons_own() -> None:
    given = (ANNA, joins("acme"), *BEN, *logins(1, NOW, "anna"))

    assert how(did("login", InLast(DAY)), *given) == [True, False, False]
    assert how(silent("login", InLast(DAY)), *given) == [True, False, False]
    young = replace(BEN[0], value_at=NOW - HOUR)
    assert how(silent("login", InLast(DAY)), ANNA, joins("acme"), *logins(1, NOW, "anna"), young, BEN[1]) == [
        False,
        False,
        True,
    ]
