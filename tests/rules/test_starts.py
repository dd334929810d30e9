"""The ways in which a rule begins."""

from __future__ import annotations

import pytest

from firstwin.rules.terms import (
    BecomesStart,
    ChangedStart,
    Comparison,
    Count,
    DateStart,
    EventStart,
    Ever,
    Property,
    PropertyName,
    Reached,
    Start,
    Where,
)
from tests.rules.given import loaded, rule_with, the_rule, told

PLAN, TRIAL = PropertyName("account", "plan"), PropertyName("account", "trial_ends_at")


@pytest.mark.parametrize(
    ("written", "start"),
    [
        ("a", EventStart(("a",))),
        ("Order Completed", EventStart(("Order Completed",))),
        ("[a, b]", EventStart(("a", "b"))),
        ("{event: a}", EventStart(("a",))),
        ("{event: [a, b], per: id}", EventStart(("a", "b"), per="id")),
        ("{event: a, which: first}", EventStart(("a",), which="first")),
        ("{event: a, which: latest}", EventStart(("a",), which="latest")),
        ("{event: a, which: 3}", EventStart(("a",), which=3)),
        ("{event: a, where: {x: [1, 2]}}", EventStart(("a",), (Where("x", (Comparison("is", (1.0, 2.0)),)),))),
        ("activated", EventStart(("firstwin.milestone.activated",))),
        ("{date: account.trial_ends_at}", DateStart(PropertyName("account", "trial_ends_at"))),
        ("{date: account.trial_ends_at, every: year}", DateStart(TRIAL, yearly=True)),
        ("{date: account.trial_ends_at, every: year, at: 09:00}", DateStart(TRIAL, True, "09:00")),
        ("{date: account.trial_ends_at, at: 17:30}", DateStart(TRIAL, at="17:30")),
        ("{event: a, date: b, at: 09:00}", EventStart(("a",), date="b", at="09:00")),
        ("{becomes: {did: a, since: ever}}", BecomesStart(Count(("a",), Ever()))),
        ("{becomes: {reached: activated}}", BecomesStart(Reached("activated"))),
        ("{changed: account.plan}", ChangedStart(PLAN)),
        ("{changed: account.plan, from: free, to: [pro, team]}", ChangedStart(PLAN, ("free",), ("pro", "team"))),
        ("{changed: account.plan, from: {exists: false}}", ChangedStart(PLAN, ())),
        ("{changed: account.plan, to: {exists: false}}", ChangedStart(PLAN, None, ())),
    ],
)
def test_a_start_is(written: str, start: Start) -> None:
    assert the_rule(rule_with(when=written, unless=None, again="every time")).when == start


def test_a_date_may_be_the_accounts_in_a_rule_about_people() -> None:
    rule = the_rule(
        rule_with(about="person", when="{date: account.renewal}", unless=None, then="{email: a, to: person}")
    )

    assert rule.when == DateStart(PropertyName("account", "renewal"))


@pytest.mark.parametrize(
    ("when", "has"),
    [
        ("{date: account.x}", "It has `start.date`."),
        ("{date: account.x, every: year}", "It has `start.date` and `start.years`."),
        ("{changed: account.x}", "It has `start.from` and `start.to`."),
        ("{becomes: {account.x: 1}}", "Only an event carries data."),
        ("activated", "Only an event carries data."),
    ],
)
def test_only_an_event_decides_what_the_start_carries(when: str, has: str) -> None:
    text = rule_with(when=when, unless=None, only_if="{start.amount: 5}")

    (problem,) = told(loaded(text))

    assert problem == f"6:11 This start has no `start.amount`. {has}"


@pytest.mark.parametrize(
    ("when", "name"),
    [
        ("{date: account.x}", "date"),
        ("{date: account.x, every: year}", "years"),
        ("{changed: account.x}", "to"),
        ("a", "anything"),
    ],
)
def test_what_the_start_carries_can_be_compared(when: str, name: str) -> None:
    rule = the_rule(rule_with(when=when, unless=None, only_if=f"{{start.{name}: 5}}", again="every time"))

    assert rule.only_if == Property(PropertyName("start", name), (Comparison("is", (5.0,)),))


@pytest.mark.parametrize(
    "when", ["{date: account.x}", "{changed: account.x}", "{becomes: {account.x: 1}}", "activated"]
)
def test_only_an_event_has_an_actor_and_a_value_to_be_the_same(when: str) -> None:
    actor = told(loaded(rule_with(when=when, unless=None, then="{email: a, to: actor}")))
    same = told(loaded(rule_with(when=when, unless=None, only_if="{did: a, since: ever, same: id}")))

    assert actor == ["4:22 `to: actor` is who did the event that started the rule, and this start is no event. Write `to: contact` or `to: {role: owner}`."]  # fmt: skip
    assert [problem.split(" Take")[0] for problem in same] == ["6:32 `same:` asks for the value that the start's event carried, and this rule does not start with an event."]  # fmt: skip


@pytest.mark.parametrize("when", ["a", "{becomes: {account.x: 1}}", "{changed: account.x}", "activated"])
def test_only_a_date_has_a_before(when: str) -> None:
    (problem,) = told(loaded(rule_with(when=when, unless=None, after=None, before="7 days")))

    assert problem.startswith("5:1 `before` counts back from a date, and this rule does not start with one.")
