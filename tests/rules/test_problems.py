"""Problems, and what was most likely meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.rules.problems import Problem, did_you_mean, errors, listed, nearest

KNOWN = ("logged_in", "signed_up", "Order Completed", "after", "unless")


def test_a_problem_is_one_line_with_its_place_first() -> None:
    assert str(Problem("rules/x.yaml", 7, 3, "No.", "Yes.")) == "rules/x.yaml:7:3 No. Yes."
    assert str(Problem("rules/x.yaml", 7, 3, "No.")) == "rules/x.yaml:7:3 No."
    assert str(Problem("x", 1, 1, "No.", severity="warning")) == "x:1:1 warning: No."


def test_problems_are_in_the_order_of_files_and_lines() -> None:
    problems = [Problem("b", 1, 1, ""), Problem("a", 10, 1, ""), Problem("a", 9, 2, ""), Problem("a", 9, 1, "")]

    assert sorted(problems) == problems[::-1]


def test_a_warning_is_no_error() -> None:
    error, warning = Problem("a", 1, 1, "x"), Problem("a", 1, 1, "y", severity="warning")

    assert errors([error, warning]) == (error,)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("loged_in", "logged_in"),
        ("loggedIn", "logged_in"),
        ("Logged In", "logged_in"),
        ("login", "logged_in"),
        ("order_completed", "Order Completed"),
        ("aftr", "after"),
        ("unles", "unless"),
        ("orde", "Order Completed"),
        ("ord", None),
        ("log", None),
        ("invoice", None),
        ("", None),
    ],
)
def test_the_nearest_name_is_found_or_none(word: str, meant: str | None) -> None:
    assert nearest(word, KNOWN) == meant
    assert did_you_mean(word, KNOWN) == (f"Did you mean `{meant}`?" if meant else "")


def test_of_two_that_begin_so_neither_is_meant() -> None:
    assert nearest("high-value", ["high-value-not-activated", "high-value-went-quiet"]) is None
    assert nearest("high-value", ["high-value-not-activated", "no-login"]) == "high-value-not-activated"


@given(st.text(), st.lists(st.text(), max_size=5))
def test_the_nearest_name_is_always_a_known_one(word: str, known: list[str]) -> None:
    assert nearest(word, known) in {None, *known}


def test_words_are_listed_as_in_a_sentence() -> None:
    assert [listed("abc"[:n]) for n in range(4)] == ["", "`a`", "`a` or `b`", "`a`, `b` or `c`"]
    assert listed("ab", "and") == "`a` and `b`"
