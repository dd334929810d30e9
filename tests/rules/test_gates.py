"""Bare words behind `unless` and `until`."""

from __future__ import annotations

from firstwin.rules.terms import AnyOf, Count, Reached, SinceStart
from tests.rules.given import rule_with, the_rule


def test_a_bare_event_is_meant_since_the_start() -> None:
    assert the_rule(rule_with()).unless == Count(("logged_in",), SinceStart())


def test_a_bare_milestone_is_meant_ever() -> None:
    assert the_rule(rule_with(unless="activated")).unless == Reached("activated")


def test_a_list_of_names_means_any_of_them() -> None:
    assert the_rule(rule_with(unless="[a, b]")).unless == Count(("a", "b"), SinceStart())


def test_a_list_may_mix_events_and_milestones() -> None:
    assert the_rule(rule_with(unless="[activated, a]")).unless == AnyOf(
        (Count(("a",), SinceStart()), Reached("activated"))
    )


def test_until_takes_a_bare_name_or_a_condition() -> None:
    assert the_rule(rule_with(unless=None, until="activated")).until == Reached("activated")
    assert the_rule(rule_with(unless=None, until="{reached: activated}")).until == Reached("activated")
