"""Which events a rule waits for not to happen."""

from __future__ import annotations

import pytest

from firstwin.rules.problems import errors
from firstwin.rules.terms import Rule
from firstwin.rules.waits import Awaited, awaited, awaited_by
from tests.rules.given import loaded, rule_with

ONE = "{email: a, to: contact}"
BRANCHES = f"{{choose: [{{if: {{did: x, since: ever}}, then: {ONE}}}, {{otherwise: true, then: {ONE}}}]}}"


def waits(text: str, **others: str) -> list[str]:
    """The names of each event waited for, and in brackets the milestone that it leads to."""
    library = loaded(text, **others)
    assert errors(library.problems) == ()
    rule = library.rule("x")
    assert rule is not None
    return sorted(map(said, awaited_by(rule, recorders(library.rules))))


def said(one: Awaited) -> str:
    return "|".join(one.names) + (f" [{one.milestone}]" if one.milestone else "")


def recorders(rules: tuple[Rule, ...]) -> dict[str, tuple[Rule, ...]]:
    milestones = {milestone for rule in rules for milestone in rule.milestones}
    return {m: tuple(rule for rule in rules if m in rule.milestones) for m in milestones}


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ({}, ["logged_in"]),
        ({"feed": "sparse"}, []),
        ({"unless": "[logged_in, session]"}, ["logged_in|session"]),
        ({"unless": "{did_not: x, since: ever}"}, []),
        ({"unless": None, "only_if": "{did_not: x, in_last: 7 days}"}, ["x"]),
        ({"unless": None, "only_if": "{did: x, at_most: 3, in_last: 7 days}"}, ["x"]),
        ({"unless": None, "only_if": "{did: x, in_last: 7 days}"}, []),
        ({"unless": None, "only_if": "{none: [{did: x, since: ever}]}"}, ["x"]),
        ({"unless": None, "only_if": "{none: [{did_not: x, in_last: 7 days}]}"}, []),
        ({"unless": None, "only_if": "{any: [{did_not: x, in_last: 7 days}, {account.a: 1}]}"}, ["x"]),
        ({"unless": None, "until": "paid"}, ["paid"]),
        ({"unless": None, "until": "{account.state: paid}"}, []),
        ({"unless": None, "only_if": "{account.a: 1}"}, []),
        ({"unless": None, "when": "{becomes: {did_not: x, in_last: 7 days}}"}, ["x"]),
        ({"unless": None, "when": "{becomes: {did: x, in_last: 7 days}}"}, []),
        ({"unless": None, "then": BRANCHES}, ["x"]),
        ({"unless": "{people_who_did: x, at_least: 3, since: ever}"}, ["x"]),
        ({"unless": None, "only_if": "{days_with: x, at_most: 2, in_last: 7 days}"}, ["x"]),
        ({"unless": None, "only_if": "{total: x.amount, at_least: 5, in_last: 7 days}"}, []),
        ({"unless": "{usage_of: x, in_last: 7 days, is_up: 50%, versus_previous: 4 weeks, from_at_least: 9}"}, []),
        (
            {
                "unless": None,
                "only_if": "{usage_of: x, in_last: 7 days, is_down: 50%, versus_previous: 4 weeks, from_at_least: 9}",
            },
            ["x"],
        ),
        ({"unless": None, "only_if": "{open: x, closed_by: y, per: id}"}, ["y"]),
        ({"unless": "{open: x, closed_by: y, per: id}"}, ["x"]),
        ({"unless": None, "only_if": "{done: [x, y, z], at_most: 1}"}, ["x", "y", "z"]),
        ({"unless": "{done: [x, y], at_least: 2}"}, ["x", "y"]),
        ({"unless": None, "only_if": "{no_person: {did: x, since: ever}}"}, ["x"]),
        ({"unless": None, "only_if": "{any_person: {did: x, since: ever}}"}, []),
    ],
)
def test_an_event_is_waited_for_where_its_silence_makes_the_rule_send(
    lines: dict[str, str | None], names: list[str]
) -> None:
    assert waits(rule_with(**lines)) == names


def test_a_milestone_is_waited_for_by_the_events_that_lead_to_it() -> None:
    assert waits(rule_with(unless="activated")) == ["data_connected [activated]"]
    assert waits(rule_with(unless=None, only_if="{reached: activated}")) == []


def test_a_milestone_may_lead_to_another() -> None:
    base = "about: account\nwhen: {becomes: {did: made, since: ever}}\nthen: {record: base}\nagain: never\n"
    top = "about: account\nwhen: base\nthen: {record: top}\nagain: never\n"
    assert waits(rule_with(unless="top"), base=base, top=top) == ["made [top]"]


def test_what_is_sent_at_once_waits_for_nothing_that_comes_after_the_start() -> None:
    assert waits(rule_with(after=None)) == []
    assert waits(rule_with(after=None, unless=None, until="activated")) == []
    assert waits(rule_with(after=None, unless="activated")) == ["data_connected [activated]"]


def test_a_segment_is_looked_into() -> None:
    silent = "quiet: {did_not: x, in_last: 7 days}\n"
    assert waits(rule_with(unless=None, only_if="{segment: quiet}"), segments=silent) == ["x"]


def test_each_step_waits_for_its_own() -> None:
    steps = f"{{one: {{then: {ONE}}}, two: {{after: 2 days, unless: b, then: {ONE}}}, three: {{after: 3 days, then: {ONE}}}}}"
    library = loaded(rule_with(unless=None, after=None, then=None, steps=steps))
    rule = library.rule("x")
    assert rule is not None
    assert [[said(one) for one in awaited(rule, step, {})] for step in rule.steps] == [[], ["b"], []]
