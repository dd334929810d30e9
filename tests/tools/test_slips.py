"""Misspelt events, before there is any data."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from firstwin.rules.library import load_library
from firstwin.rules.ruletest_file import read_ruletests
from firstwin.tools.slips import is_near, slips

RULE = "about: account\nwhen: {}\nafter: 1 day\nunless: {}\nthen: {{email: a, to: contact}}\nagain: never\n"
TEST = "- test: t\n  rule: a\n  events: [2026-03-27 09:00 {}]\n  expect: nothing\n"


def told(rules: Mapping[str, tuple[str, str]], tested: str = "lunch_break") -> list[str]:
    library = load_library({f"rules/{name}.yaml": RULE.format(*events).encode() for name, events in rules.items()})
    written, problems = read_ruletests("rules/tests/a.yaml", TEST.format(tested).encode())
    assert problems == ()
    return [str(problem) for problem in slips(library, written)]


def test_a_name_that_stands_once_beside_one_that_sounds_alike_is_told() -> None:
    rules = {"a": ("signed_up", "logged_in"), "b": ("signde_up", "report_sent"), "c": ("report_sent", "logged_in")}
    assert told(rules) == [
        "rules/a.yaml:2:7 warning: `signed_up` stands only here, and `signde_up` elsewhere. Did you mean `signde_up`?",
        "rules/b.yaml:2:7 warning: `signde_up` stands only here, and `signed_up` elsewhere. Did you mean `signed_up`?",
    ]
    assert told(rules, "signed_up") == [
        "rules/b.yaml:2:7 warning: `signde_up` stands only here, and `signed_up` elsewhere. Did you mean `signed_up`?"
    ]


def test_a_name_that_a_test_alone_has_counts_as_well() -> None:
    (problem,) = told({"a": ("signed_up", "logged_im")}, "logged_in")
    assert problem.startswith("rules/a.yaml:4:9 warning: `logged_im` stands only here, and `logged_in` elsewhere.")


def test_two_names_of_one_rule_are_meant_both() -> None:
    assert told({"a": ("report_send", "report_sent")}) == []


@pytest.mark.parametrize("other", ["signedup", "signed__up", "signed_op", "signed_pu", "signed_u", "isgned_up"])
def test_one_letter_is_a_slip(other: str) -> None:
    assert is_near("signed_up", other)
    assert is_near(other, "signed_up")


@pytest.mark.parametrize("other", ["signed_up", "signed_in", "resigned_up", "signed_up_2", "signed_up2", ""])
def test_more_than_a_letter_or_a_number_is_another_name(other: str) -> None:
    assert not is_near("signed_up", other)
    assert not is_near("step_1_done", "step_2_done")
