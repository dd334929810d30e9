"""Counts of people and days, totals, and what is open, latest or done, asked on both databases; and what shows them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from firstwin.db import tables
from firstwin.db.engine import snapshot, write
from firstwin.match.gates import standing
from firstwin.match.plan import Asked, Moment
from firstwin.match.seen import seen_by
from firstwin.match.value import Standing
from firstwin.rules.terms import (
    Again,
    Comparison,
    Count,
    Done,
    EventStart,
    Ever,
    InLast,
    Latest,
    Measure,
    Open,
    Property,
    PropertyName,
    Reached,
    Record,
    Rule,
    Step,
    Term,
    Where,
)
from tests.match.naive_examples import ACME, DAY, HOUR, NOW, change, event, facts, utc
from tests.match.naive_facts import Fact
from tests.match.packed import store, store_subjects

STEP = Step("", timedelta(0), (Record("m"),))
SEATS = PropertyName("account", "seats")


def stands(engine: Engine, term: Term, *given: Fact, zone: str = "UTC") -> Standing:
    """How a gate stands for a start of acme's, at NOW."""
    kept = facts(ACME, *given)
    store_subjects(engine, kept)
    store(engine, kept)
    rule = Rule("r", "account", EventStart(("signed_up",)), (STEP,), Again("never"), only_if=term, version="1")
    begun: dict[str, Any] = {
        "run": "live", "rule": "r", "subject": "acme", "key": "k", "per": "", "at": NOW - 3 * DAY, "ends_at": NOW,
        "seen_at": NOW, "state": "open", "rule_version": "1", "props": {},
    }  # fmt: skip
    with write(engine) as connection:
        connection.execute(insert(tables.start), [begun])
    with snapshot(engine) as connection:
        asked = Asked(rule, seen_by(connection, "live"))
        (found,) = standing(connection, asked, Moment("live", NOW, zone=zone), STEP, [1], evidence=True).values()
    return found


def shown(engine: Engine, term: Term, *given: Fact) -> list[tuple[bool, int | None, Any]]:
    return [(clause.holds, clause.count, clause.value) for clause in stands(engine, term, *given).evidence]


def by(person: str | None, age: timedelta = HOUR) -> Fact:
    return event("login", NOW - age, person=person)


def people(at_least: float | None, at_most: float | None = None, of: PropertyName | None = None) -> Measure:
    return Measure("people", ("login",), InLast(30 * DAY), at_least, at_most, of, anyone=True)


def test_people_are_counted_once_and_nobody_not_at_all(engine: Engine) -> None:
    logins = [by("anna"), by("anna", DAY), by("ben"), by(None), by("long-gone", 40 * DAY)]
    assert shown(engine, people(2), *logins) == [(True, 2, None)]


@pytest.mark.parametrize("percent", [7, 14, 28, 29, 55, 56, 57, 58])
def test_a_share_that_is_met_exactly_is_met(engine: Engine, percent: int) -> None:
    """0.07 times 100 is 7.000000000000001 to a computer, and 7 of 100 seats are 7% all the same."""
    logins = [by(f"p{number}") for number in range(percent)]
    seats, share = change("account.seats", 100), percent / 100
    assert stands(engine, people(share, share, SEATS), seats, *logins).only_if


def test_a_share_of_a_property_is_met_exactly_too(engine: Engine) -> None:
    used = Property(PropertyName("account", "used"), (Comparison("at_least", 0.55, "of", SEATS),))
    assert stands(engine, used, change("account.seats", 100), change("account.used", 55)).only_if


@pytest.mark.parametrize("seats", [None, "100", True])
def test_a_share_of_what_is_no_number_is_never_met(engine: Engine, seats: object) -> None:
    assert not stands(engine, people(None, 0.5, SEATS), change("account.seats", seats)).only_if


def test_days_are_those_of_the_subjects_own_zone(engine: Engine) -> None:
    """Auckland is 13 hours ahead: in UTC both logins fall on one day, there on two."""
    logins = [event("login", utc("2026-03-09T10:30")), event("login", utc("2026-03-09T11:30"))]
    two = Measure("days", ("login",), Ever(), 2)
    auckland = change("account.timezone", "Pacific/Auckland")
    assert shown(engine, two, auckland, *logins) == [(True, 2, None)]


@pytest.mark.parametrize(("name", "days"), [("Mars/Base", 2), ("a\" or '1", 2), ("UTC", 1), (None, 2)])
def test_who_is_in_no_known_zone_is_in_the_projects(engine: Engine, name: str | None, days: int) -> None:
    logins = [event("login", utc("2026-03-09T10:30")), event("login", utc("2026-03-09T11:30"))]
    counted = Measure("days", ("login",), Ever(), days, days)
    assert stands(engine, counted, change("account.timezone", name), *logins, zone="Pacific/Auckland").only_if


def test_both_clock_changes_and_the_time_before_1970(engine: Engine) -> None:
    """Berlin: summer time from 29 March 2026 01:00 UTC, until 25 October 2026 01:00 UTC."""
    minutes_to_midnight = [  # two logins each, before and after the local midnight of the days around a change
        "2025-03-29T22:59", "2025-03-29T23:01", "2025-03-30T21:59", "2025-03-30T22:01",
        "2025-10-25T21:59", "2025-10-25T22:01", "2025-10-26T22:59", "2025-10-26T23:01",
        "1969-12-31T22:59", "1969-12-31T23:01",
    ]  # fmt: skip
    logins = [event("login", utc(moment)) for moment in minutes_to_midnight]
    counted = Measure("days", ("login",), Ever(), 8, 8)
    assert stands(engine, counted, *logins, zone="Europe/Berlin").only_if


def test_a_total_is_that_of_its_decimals(engine: Engine) -> None:
    given = [event("paid", NOW, {"amount": amount}) for amount in (0.1, 0.2, "5", None, True, [3])]
    exactly = Measure("total", ("paid",), Ever(), 0.3, 0.3, prop="amount")
    assert shown(engine, exactly, *given, event("paid", NOW), event("other", NOW, {"amount": 7})) == [(True, None, 0.3)]


def test_huge_amounts_break_nothing(engine: Engine) -> None:
    given = [event("paid", NOW, {"amount": 1.7e308}) for _ in range(3)]
    assert shown(engine, Measure("total", ("paid",), Ever(), 1000, prop="amount"), *given) == [(True, None, 1e300)]


def test_the_total_of_nothing_is_zero(engine: Engine) -> None:
    assert shown(engine, Measure("total", ("paid",), InLast(DAY), None, 10, prop="amount")) == [(True, None, 0)]


def test_what_is_open_is_told_apart_by_kind_and_value(engine: Engine) -> None:
    """The tickets 7 and 7.0 are one, "7" is another, true a third; a list is none."""
    opened = [event("opened", NOW - DAY, {"ticket": ticket}) for ticket in (7, "7", True, "true", [7], None)]
    closed = event("closed", NOW - DAY, {"ticket": 7.0})
    assert shown(engine, Open(("opened",), ("closed",), "ticket", 3, 3), *opened, closed) == [(True, 3, None)]


def test_what_is_opened_again_is_open(engine: Engine) -> None:
    ticket = {"ticket": "t"}
    given = [event("opened", NOW - 3 * DAY, ticket), event("closed", NOW - 2 * DAY, ticket)]
    again = event("opened", NOW - DAY, ticket)
    found = stands(engine, Open(("opened",), ("closed",), "ticket"), *given, again)
    assert found.only_if
    assert found.evidence[0].last_at == again.occurred_at


def test_only_what_fits_and_is_new_opens_and_everything_closes(engine: Engine) -> None:
    bug = (Where("kind", (Comparison("is", ("bug",)),)),)
    given = [
        event("opened", NOW - HOUR, {"ticket": 1, "kind": "bug"}),
        event("opened", NOW - HOUR, {"ticket": 2, "kind": "question"}),
        event("opened", NOW - DAY, {"ticket": 3, "kind": "bug"}),
        event("opened", NOW - HOUR, {"ticket": 4, "kind": "bug"}),
        event("closed", NOW, {"ticket": 4, "kind": "question"}),
        event("opened", NOW - HOUR, {"ticket": 5}),
    ]
    open_ = Open(("opened",), ("closed",), "ticket", 1, 1, bug, InLast(DAY))
    assert shown(engine, open_, *given) == [(True, 1, None)]


@pytest.mark.parametrize("names", [("chosen", "changed"), ("changed", "chosen")])
def test_of_two_at_one_moment_the_later_in_the_table_is_the_latest(engine: Engine, names: tuple[str, str]) -> None:
    pro = Latest(names, (Where("plan", (Comparison("is", ("pro",)),)),))
    given = [
        event(name, NOW, {"plan": plan}) for name, plan in zip(("chosen", "changed"), ("free", "pro"), strict=True)
    ]
    assert shown(engine, pro, *given) == [(True, None, "pro")]


def test_where_nothing_happened_there_is_no_latest(engine: Engine) -> None:
    no_coupon = Latest(("chosen",), (Where("coupon", (Comparison("exists", False),)),))
    assert shown(engine, no_coupon) == [(False, None, None)]


def test_a_list_is_shown_by_its_parts(engine: Engine) -> None:
    steps = Done((Count(("profile_set",), Ever()), Count(("went_live",), Ever()), Reached("trained")), 1, 2)
    found = stands(engine, steps, event("profile_set", NOW), event("profile_set", NOW))
    assert found.only_if
    assert [(clause.name, clause.holds, clause.count) for clause in found.evidence] == [
        ("profile_set", True, 2), ("went_live", False, 0), ("trained", False, 0),
    ]  # fmt: skip
