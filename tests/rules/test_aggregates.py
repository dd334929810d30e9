"""`people_who_did`, `days_with` and `total`: every spelling, what it means, and mistakes in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from firstwin.rules.terms import (
    All,
    BeforeStart,
    Between,
    Comparison,
    Ever,
    Existed,
    InLast,
    Measure,
    PropertyName,
    SinceStart,
    Term,
    This,
    Where,
    Within,
)
from tests.rules.given import condition, loaded, rule_with, told, with_gate

LAST = InLast(timedelta(days=7))
SEATS = PropertyName("account", "seats")


def people(at_least: float | None, at_most: float | None = None, *, window: Any = LAST, **more: Any) -> Measure:
    return Measure("people", ("a",), window, at_least, at_most, anyone=True, **more)


def days(at_least: float | None, at_most: float | None = None, *, window: Any = LAST, **more: Any) -> Measure:
    return Measure("days", ("a",), window, at_least, at_most, **more)


def total(at_least: float | None, at_most: float | None = None, *, window: Any = LAST, **more: Any) -> Measure:
    return Measure("total", ("paid",), window, at_least, at_most, prop="sum", **more)


@pytest.mark.parametrize(
    ("written", "term"),
    [
        ("{people_who_did: a, at_least: 3, in_last: 7 days}", people(3)),
        ("{people_who_did: [a, b], at_least: 3, since: ever}", Measure("people", ("a", "b"), Ever(), 3, anyone=True)),
        ("{people_who_did: a, at_least: 50%, of: account.seats, in_last: 7 days}", people(0.5, of=SEATS)),
        ("{people_who_did: a, exactly: 2, since: ever}", people(2, 2, window=Ever())),
        ("{people_who_did: a, at_most: 2, since: start, same: x}", people(None, 2, window=SinceStart(), same="x")),
        ("{people_who_did: a, at_least: 2, within: 24 hours}", people(2, window=Within(timedelta(1)))),
        ("{days_with: a, at_least: 4, in_last: 7 days}", days(4)),
        ("{days_with: a, at_least: 8, in_last: 7 days}", days(8)),
        ("{days_with: a, at_least: 2, before_start: 7 days}", days(2, window=BeforeStart(timedelta(7)))),
        ("{days_with: a, at_least: 7, this: week}", days(7, window=This("week"))),
        (
            "{days_with: a, at_least: 2, since: ever, where: {plan: pro}}",
            days(2, window=Ever(), where=(Where("plan", (Comparison("is", ("pro",)),)),)),
        ),
        ("{total: paid.sum, at_least: 1000, in_last: 7 days}", total(1000)),
        ("{total: paid.sum, at_least: 0.5, since: ever}", total(0.5, window=Ever())),
        ("{total: paid.sum, at_most: 0, since: ever}", total(None, 0, window=Ever())),
        ("{total: paid.sum, at_least: -5, since: ever}", total(-5, window=Ever())),
        ("{total: paid.sum, at_least: 90%, of: account.seats, in_last: 7 days}", total(0.9, of=SEATS)),
        ("{total: order.paid.sum, at_least: 1, since: ever}", Measure("total", ("order.paid",), Ever(), 1, prop="sum")),
        ("{total: [a.sum, b.sum], at_least: 1, since: ever}", Measure("total", ("a", "b"), Ever(), 1, prop="sum")),
    ],
)
def test_a_measure_is_a_number_in_a_window(written: str, term: Measure) -> None:
    assert condition(written) == term


@pytest.mark.parametrize("head", ["people_who_did: a", "days_with: a", "total: a.x"])
@pytest.mark.parametrize("number", ["at_most: 2", "exactly: 2", "at_least: 1, at_most: 2"])
@pytest.mark.parametrize(
    ("window", "term"),
    [
        ("in_last: 7 days", LAST),
        ("between: [14 days ago, 7 days ago]", Between(timedelta(14), timedelta(7))),
        ("this: week", This("week")),
    ],
)
def test_every_upper_bound_over_a_window_needs_a_subject_that_existed(
    head: str, number: str, window: str, term: InLast
) -> None:
    found = condition(f"{{{head}, {number}, {window}}}")

    assert isinstance(found, All)
    assert isinstance(found.parts[0], Measure)
    assert (found.parts[0].at_most, found.parts[1]) == (2, Existed(term))


def test_a_share_at_most_needs_one_too() -> None:
    found = condition("{people_who_did: a, at_most: 50%, of: account.seats, in_last: 7 days}")

    assert found == All((people(None, 0.5, of=SEATS), Existed(LAST)))


def test_in_a_rule_about_a_person_people_are_those_of_the_account() -> None:
    assert about_a_person("{people_who_did: a, at_least: 3, in_last: 7 days}") == people(3)
    assert about_a_person("{days_with: a, at_least: 3, in_last: 7 days}") == days(3)
    assert about_a_person("{days_with: a, at_least: 3, in_last: 7 days, by: anyone}") == days(3, anyone=True)
    assert about_a_person("{total: paid.sum, at_least: 3, in_last: 7 days, by: anyone}") == total(3, anyone=True)


def about_a_person(written: str) -> Term:
    return condition(written, about="person", then="{email: a, to: person}")


@pytest.mark.parametrize("window", ["since: start", "within: 2 days", "before_start: 2 days", "since: ever, same: x"])
@pytest.mark.parametrize("head", ["people_who_did: a", "days_with: a", "total: a.x"])
def test_what_needs_a_start_is_refused_where_there_is_none(head: str, window: str) -> None:
    written = f"{{{head}, at_least: 1, {window}}}"
    for problem in (
        told(loaded(rule_with(when=f"{{becomes: {written}}}", unless=None))),
        told(loaded(with_gate("only_if: {segment: s}"), segments=f"s: {written}"), "rules/segments.yaml"),
    ):
        assert "has nothing to count from: there is no start yet inside" in problem[0]


MISTAKES: dict[str, list[str]] = {
    "{people_who_did: a, in_last: 7 days}": [
        "4:11 `people_who_did:` does not say how many. Write `at_least: 3`, or a share of something: `at_least: 50%` and `of: account.seats`. That anybody did it is said with `did:`.",
    ],
    "{people_who_did: a, at_least: 50%, in_last: 7 days}": [
        "4:40 `50%` of what? Say it with `of:`, for example `of: account.seats`.",
    ],
    "{people_who_did: a, at_least: 5, of: account.seats, in_last: 7 days}": [
        "4:40 With `of:` a share is compared, and `5` is a plain number. Write `at_least: 80%`, for example.",
    ],
    "{people_who_did: a, of: account.seats, in_last: 7 days}": [
        "4:11 `people_who_did:` does not say how many. Write `at_least: 3`, or a share of something: `at_least: 50%` and `of: account.seats`. That anybody did it is said with `did:`.",
    ],
    "{people_who_did: a, at_least: 50%, of: seats, in_last: 7 days}": [
        "4:49 `seats` does not say whose property it is. Write `account.seats`, `person.seats` or `start.seats`.",
    ],
    "{people_who_did: a, at_least: 50%, of: person.seats, in_last: 7 days}": [
        "4:49 `person.seats`: this rule is about accounts, and an account has many people. Put it into `any_person:`, `every_person:` or `no_person:`, or write the rule `about: person`.",
    ],
    "{people_who_did: a, exactly: 50%, of: account.seats, in_last: 7 days}": [
        "4:30 `exactly:` takes a plain number, and no share. Write `at_least: 50%`, for example.",
    ],
    "{people_who_did: a, at_least: 2, in_last: 7 days, by: anyone}": [
        "4:60 `people_who_did` counts everybody in the account already. Take the line out.",
    ],
    "{people_who_did: a, at_most: 0, in_last: 7 days}": [
        "4:39 That it did not happen is said with `did_not`. Write `did_not:` in place of `people_who_did:`, without a number.",
    ],
    "{people_who_did: a, at_least: 0, in_last: 7 days}": [
        "4:40 `at_least: 0` is always true. Write a larger number.",
    ],
    "{people_who_did: a, at_least: 0%, of: account.seats, in_last: 7 days}": [
        "4:40 `at_least: 0%` is always true. Write a larger number.",
    ],
    "{people_who_did: a, at_least: 2}": [
        "4:11 `people_who_did:` does not say how far back. Write `in_last: 14 days`, `since: start` or `since: ever`, for example.",
    ],
    "{people_who_did: a, at_least: 5, at_most: 2, since: ever}": [
        "4:52 At least 5 and at most 2 is never true. Write `at_least: 2` and `at_most: 5`.",
    ],
    "{people_who_did: activated, at_least: 5, since: ever}": [
        "4:27 `activated` is a milestone (rules/activated.yaml records it), not an event. Write `reached: activated`.",
    ],
    "{people_who_did: a, at_least: 2.5, since: ever}": [
        "4:40 `2.5` is not a whole number. Write a number like `3`.",
    ],
    "{people_who_did: a, min: 2, since: ever}": [
        "4:30 `people_who_did` has no `min`. Did you mean `at_least`?",
    ],
    "{users_who_did: a, at_least: 2, since: ever}": [
        "4:10 `users_who_did` is no condition word. Did you mean `people_who_did`?",
    ],
    "{days_with: a, at_least: 12, in_last: 7 days}": [
        "4:35 There are never 12 different days in this window. Write a smaller number, or look further back.",
    ],
    "{days_with: a, at_least: 2, this: day}": [
        "4:35 There are never 2 different days in this window. Write a smaller number, or look further back.",
    ],
    "{days_with: a, exactly: 0, in_last: 7 days}": [
        "4:34 That it did not happen is said with `did_not`. Write `did_not:` in place of `days_with:`, without a number.",
    ],
    "{days_with: a, in_last: 7 days}": [
        "4:11 `days_with:` does not say how many. Write `at_least: 4`, for example. That it happened at all is said with `did:`.",
    ],
    "{days_with: a, at_least: 3, in_last: 7 days, by: anyone}": [
        "4:55 `by: anyone` is for rules about a person: in a rule about an account everybody counts already. Take the line out.",
    ],
    "{total: invoice_paid, at_least: 5, since: ever}": [
        "4:18 `invoice_paid` does not say what to add up. Write the event, a dot and its property: `total: invoice_paid.amount`.",
    ],
    "{total: account.mrr, at_least: 5, since: ever}": [
        "4:18 `account.mrr` is a property, and `total:` adds up what events carry. Compare the property itself: `account.mrr: {at_least: 1000}`.",
    ],
    "{total: [a.x, b.y], at_least: 5, since: ever}": [
        "4:18 One total adds up one property, and here are `x` and `y`. Let the events carry it under one name.",
    ],
    "{total: invoice_paid.amount, since: ever}": [
        "4:11 `total:` does not say how much. Write `at_least: 1000`, or a share of something: `at_least: 90%` and `of: account.quota`.",
    ],
    "{total: invoice_paid.amount, at_least: 1000}": [
        "4:11 `total:` does not say how far back. Write `in_last: 14 days`, `since: start` or `since: ever`, for example.",
    ],
    "{total: 5, at_least: 1000, since: ever}": [
        '4:18 `5` is not the name of an event and its property. If it is a name, put it in quotes: "5".',
    ],
    "{total: .amount, at_least: 1000, since: ever}": [
        "4:18 `.amount` does not say what to add up. Write the event, a dot and its property: `total: invoice_paid.amount`.",
    ],
    "{total: a.amount, more_than: 1000, since: ever}": [
        "4:28 `total` has no `more_than`: it says the number itself. Write `at_least: 1000.01`, or an amount as close to 1000 as you like.",
    ],
    "{total: a.b, exactly: 50%, of: account.x, since: ever}": [
        "4:23 `exactly:` takes a plain number, and no share. Write `at_least: 50%`, for example.",
    ],
    "{people_who_did: a, at_least: 2, within: 48 hours}": [
        "4:51 These 48 hours are not over when the message is due: it is sent 24 hours after the start. Write `after: 48 hours` or longer, or a shorter `within:`.",
    ],
}


@pytest.mark.parametrize("written", MISTAKES)
def test_a_mistake_is_told_with_what_to_write(written: str) -> None:
    assert told(loaded(with_gate(f"only_if: {written}"))) == MISTAKES[written]


def test_a_value_of_a_start_per_value_is_most_likely_meant() -> None:
    gate = "{total: paid.sum, at_least: 5, since: start}"

    assert told(loaded(rule_with(when="{event: billed, per: invoice_id}", unless=gate))) == [
        "4:1 warning: This counts `paid` of every `invoice_id`, not only that of the start. If only that one is meant, write `same: invoice_id` beside it."
    ]
