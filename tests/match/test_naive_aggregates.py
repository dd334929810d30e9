"""The referee's reading of people, days, totals, lists, what is open and what is the latest, by example."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from firstwin.rules.terms import (
    Comparison,
    Count,
    Done,
    Ever,
    InLast,
    Latest,
    Measure,
    Open,
    PropertyName,
    Reached,
    Where,
)
from tests.match.naive_examples import ACME, ANNA, DAY, HOUR, NOW, TICK, change, event, is_so, joins, utc
from tests.match.naive_facts import Fact

SEATS = PropertyName("account", "seats")
PRO = (Where("plan", (Comparison("is", ("pro",)),)),)
TICKETS = Open(("opened",), ("closed", "merged"), "ticket")


def login(age: Any = HOUR, person: str | None = None) -> Fact:
    return event("login", NOW - age, person=person)


def people(*given: Fact, of: PropertyName | None = None, at_least: float = 2, kind: Any = "account") -> bool:
    return is_so(Measure("people", ("login",), InLast(DAY), at_least, None, of, anyone=True), ACME, *given, kind=kind)


def test_a_person_counts_once_and_nobody_does_not() -> None:
    assert not people(login(person="anna"), login(2 * HOUR, "anna"), login(person=None))
    assert people(login(person="anna"), login(person="ben"))
    assert not people(login(person="anna"), login(DAY, "ben"))


def test_in_a_persons_rule_the_people_of_the_account_are_counted() -> None:
    assert people(ANNA, joins("acme"), login(person="ben"), login(person="eve"), kind="person")
    assert not people(ANNA, login(person="ben"), login(person="eve"), kind="person")  # Anna is in no account


@pytest.mark.parametrize(("seats", "enough"), [(4, True), (5, False), ("4", False), (True, False), (None, False)])
def test_a_share_is_one_of_a_number(seats: object, enough: bool) -> None:
    logins = (login(person="anna"), login(person="ben"))
    assert people(*logins, change("account.seats", seats), of=SEATS, at_least=0.5) is enough


def days(*moments: datetime, zone: str, number: int) -> bool:
    logins = [event("login", moment) for moment in moments]
    return is_so(Measure("days", ("login",), Ever(), number, number), ACME, *logins, zone=zone)


def test_a_day_is_one_of_the_place() -> None:
    evening = (utc("2026-03-09T22:59"), utc("2026-03-09T23:01"))
    assert days(*evening, zone="UTC", number=1)
    assert days(*evening, zone="Europe/Berlin", number=2)
    assert days(utc("2025-10-25T22:00"), utc("2025-10-26T22:59"), zone="Europe/Berlin", number=1)  # of 25 hours
    assert days(utc("2025-03-29T23:00"), utc("2025-03-30T22:00"), zone="Europe/Berlin", number=2)  # after one of 23


@pytest.mark.parametrize(
    ("amounts", "total"), [([0.1, 0.2], 0.3), ([], 0), ([5, "5", None, True, [5]], 5), ([5, -7], -2)]
)
def test_a_total_is_of_numbers_and_of_nothing_zero(amounts: list[Any], total: float) -> None:
    paid = [event("paid", NOW, {"amount": amount}) for amount in amounts]
    assert is_so(Measure("total", ("paid",), Ever(), total, total, prop="amount"), ACME, *paid)


def ticket(name: str, age: Any, number: Any = 7) -> Fact:
    return event(name, NOW - age, {"ticket": number})


def test_what_is_closed_at_that_moment_or_after_is_not_open() -> None:
    assert is_so(TICKETS, ACME, ticket("opened", HOUR))
    assert is_so(TICKETS, ACME, ticket("closed", HOUR + TICK), ticket("opened", HOUR))
    assert not is_so(TICKETS, ACME, ticket("closed", HOUR), ticket("opened", HOUR))
    assert not is_so(TICKETS, ACME, ticket("opened", HOUR), ticket("merged", TICK, 7.0))
    assert is_so(TICKETS, ACME, ticket("opened", DAY), ticket("closed", 2 * HOUR), ticket("opened", HOUR))


@pytest.mark.parametrize("other", ["7", 8, True])
def test_another_value_is_another_ticket(other: Any) -> None:
    assert is_so(TICKETS, ACME, ticket("opened", HOUR), ticket("closed", TICK, other))


@pytest.mark.parametrize("number", [None, [7], {"a": 7}])
def test_what_has_no_plain_value_opens_nothing(number: Any) -> None:
    assert not is_so(TICKETS, ACME, ticket("opened", HOUR, number))


def test_only_the_latest_of_all_is_asked() -> None:
    latest = Latest(("chosen", "changed"), PRO)
    pro, free = event("chosen", NOW - DAY, {"plan": "pro"}), event("changed", NOW - HOUR, {"plan": "free"})
    assert not is_so(latest, ACME)
    assert is_so(latest, ACME, pro)
    assert not is_so(latest, ACME, pro, free)
    assert is_so(latest, ACME, event("chosen", NOW, {"plan": "free"}), event("chosen", NOW, {"plan": "pro"}))


@pytest.mark.parametrize("there", range(4))
def test_each_of_a_list_counts_once(there: int) -> None:
    parts = (Count(("a",), Ever()), Count(("b",), Ever()), Reached("c"))
    given = (event("a", NOW), event("b", NOW), event("firstwin.milestone.c", NOW, run="live"))[:there]
    assert is_so(Done(parts, 1, 2), ACME, event("z", NOW), *given, *given) == (there in (1, 2))
    assert is_so(Done(parts, None, 1), ACME, *given) == (there <= 1)
    assert is_so(Done(parts, 3), ACME, *given) == (there == 3)
