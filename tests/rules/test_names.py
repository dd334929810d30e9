"""Names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.rules.names import IDENTIFIER, in_words, is_formula, share_of, simplified


@pytest.mark.parametrize(
    ("name", "better"),
    [("First Login.md", "first-login"), ("rules/x.yaml", "x"), ("set_up", "set_up"), ("Ünïcode!", "n-code"), ("!!", ""), ("a" * 99, "a" * 80)],
)  # fmt: skip
def test_a_name_is_made_simple(name: str, better: str) -> None:
    assert simplified(name) == better


@given(st.text())
def test_a_simple_name_is_allowed_or_empty(name: str) -> None:
    better = simplified(name)

    assert better == "" or IDENTIFIER.fullmatch(better)


@pytest.mark.parametrize("text", ["account.mrr > 1000", "mrr>=5", "plan == pro", "a != b", "plan = pro"])
def test_signs_that_compare_make_a_formula(text: str) -> None:
    assert is_formula(text)


@pytest.mark.parametrize("text", ["Checkout > Paid", "Order Completed", "a->b", "A=B"])
def test_names_of_events_are_no_formulas(text: str) -> None:
    assert not is_formula(text)


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("account.mrr > 1000", "Write `account.mrr: {more_than: 1000}`."),
        ("mrr <= 5", "Write `account.mrr: {at_most: 5}`."),
        ("account.plan == pro", "Write `account.plan: pro`."),
        ("a > 1 and b < 2", "Write a condition, for example `account.mrr: {at_least: 1000}`."),
    ],
)
def test_a_simple_formula_is_put_in_words(formula: str, words: str) -> None:
    assert in_words(formula) == words


@pytest.mark.parametrize(
    ("written", "share"),
    [("50%", 0.5), ("12.5%", 0.125), ("150%", 1.5), ("50", None), (50, None), ("-5%", None), ("%", None)],
)
def test_a_share_is_a_number_with_a_percent_sign(written: object, share: float | None) -> None:
    assert share_of(written) == share
