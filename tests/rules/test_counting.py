"""`did` and `did_not`: every spelling and what it means."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.rules.terms import (
    All,
    BeforeStart,
    Between,
    Comparison,
    Count,
    Ever,
    Existed,
    InLast,
    SinceStart,
    This,
    Where,
    Within,
)
from tests.rules.given import condition, loaded, rule_with, told, with_gate

LAST = InLast(timedelta(days=14))


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("{did: a, since: ever}", Count(("a",), Ever(), 1, None)),
        ("{did: [a, B c], since: ever}", Count(("a", "B c"), Ever(), 1, None)),
        ("{did: a, at_least: 5, in_last: 14 days}", Count(("a",), LAST, 5, None)),
        ("{did: a, at_most: 2, since: ever}", Count(("a",), Ever(), None, 2)),
        ("{did: a, exactly: 2, since: ever}", Count(("a",), Ever(), 2, 2)),
        ("{did: a, at_least: 2, at_most: 4, since: start}", Count(("a",), SinceStart(), 2, 4)),
        ("{did_not: a, since: ever}", Count(("a",), Ever(), None, 0)),
        ("{did_not: a, since: start}", Count(("a",), SinceStart(), None, 0)),
        ("{did: a, within: 24 hours}", Count(("a",), Within(timedelta(days=1)))),
        ("{did_not: a, within: 24 hours}", Count(("a",), Within(timedelta(days=1)), None, 0)),
        ("{did: a, before_start: 30 days}", Count(("a",), BeforeStart(timedelta(days=30)))),
        ("{did: a, this: month}", Count(("a",), This("month"))),
        ("{did: a, between: [14 days ago, 7 days ago]}", Count(("a",), Between(timedelta(14), timedelta(7)))),
        ("{did: a, since: ever, same: invoice_id}", Count(("a",), Ever(), same="invoice_id")),
        (
            "{did: a, since: ever, where: {plan: pro, amount: {at_least: 5}}}",
            Count(
                ("a",),
                Ever(),
                where=(
                    Where("plan", (Comparison("is", ("pro",)),)),
                    Where("amount", (Comparison("at_least", 5.0),)),
                ),
            ),
        ),
    ],
)
def test_a_count_is_a_number_in_a_window(written: str, count: Count) -> None:
    assert condition(written) == count


@pytest.mark.parametrize("number", ["at_most: 2", "exactly: 2", "at_least: 1, at_most: 2"])
@pytest.mark.parametrize(
    ("window", "term"),
    [
        ("in_last: 14 days", LAST),
        ("between: [14 days ago, 7 days ago]", Between(timedelta(14), timedelta(7))),
        ("this: week", This("week")),
    ],
)
def test_a_silence_needs_a_subject_that_existed_for_all_of_it(number: str, window: str, term: InLast) -> None:
    found = condition(f"{{did: a, {number}, {window}}}")

    assert isinstance(found, All)
    assert isinstance(found.parts[0], Count)
    assert (found.parts[0].at_most, found.parts[1]) == (2, Existed(term))


def test_did_not_in_a_window_is_a_silence() -> None:
    assert condition("{did_not: a, in_last: 14 days}") == All((Count(("a",), LAST, None, 0), Existed(LAST)))


@pytest.mark.parametrize("window", ["since: ever", "since: start", "within: 24 hours", "before_start: 3 days"])
def test_other_windows_need_no_such_thing(window: str) -> None:
    assert isinstance(condition(f"{{did: a, at_most: 2, {window}}}"), Count)


def test_it_simply_did_not_happen_is_none_of_did_and_needs_no_existence() -> None:
    found = condition("{none: [{did: a, in_last: 14 days}]}")

    assert "Existed" not in str(found)


def test_in_a_person_rule_anyone_counts_the_account() -> None:
    found = condition("{did: a, since: ever, by: anyone}", about="person", then="{email: a, to: person}")

    assert found == Count(("a",), Ever(), anyone=True)


def test_a_deadline_as_long_as_the_wait_is_over_in_time() -> None:
    assert condition("{did_not: a, within: 48 hours}", after="48 hours") == Count(("a",), Within(timedelta(2)), None, 0)


def test_a_deadline_above_steps_must_be_over_for_the_earliest_of_them() -> None:
    steps = "{one: {after: 1 day, then: {record: m}}, two: {after: 9 days, then: {record: n}}}"
    text = rule_with(unless=None, after=None, then=None, steps=steps, only_if="{did_not: a, within: 2 days}")

    assert told(loaded(text)) == [
        "5:31 These 48 hours are not over when the message is due: it is sent 24 hours after the start. Write `after: 48 hours` or longer, or a shorter `within:`."
    ]


def test_a_goal_may_be_met_before_its_deadline_is_over() -> None:
    assert told(loaded(with_gate("until: {did: a, within: 30 days}"))) == []
    assert told(loaded(with_gate("until: {did_not: a, within: 30 days}"))) != []


def test_before_a_date_nothing_can_have_happened_since_it() -> None:
    when = "{date: account.trial_ends_at}"
    (problem,) = told(loaded(rule_with(when=when, after=None, before="7 days")))

    assert problem.startswith("3:9 This is judged before the date and counts from the date on")


def test_a_gate_that_counts_from_a_date_lets_through_what_is_sent_before_it() -> None:
    steps = "{ahead: {before: 7 days, then: {record: m}}, after: {after: 1 day, then: {record: n}}}"
    when = "{date: account.trial_ends_at}"
    gates = {"until": "upgraded", "unless": None, "after": None, "then": None}
    (problem,) = told(loaded(rule_with(when=when, steps=steps, **gates)))

    assert problem.startswith("5:8 warning: This counts from the date on: whoever did it before the date still gets")
    assert (
        told(loaded(rule_with(when=when, steps=steps, **{**gates, "until": "{did: upgraded, in_last: 9 days}"}))) == []
    )


def test_a_gate_of_a_step_after_the_date_counts_from_it() -> None:
    steps = "{ahead: {before: 7 days, then: {record: m}}, later: {after: 1 day, unless: upgraded, then: {record: n}}}"

    assert told(loaded(rule_with(when="{date: account.x}", steps=steps, unless=None, after=None, then=None))) == []


def test_at_once_nothing_can_have_happened_since_the_start() -> None:
    (problem,) = told(loaded(rule_with(after=None)))

    assert problem.startswith("3:9 warning: The message is sent at once")
