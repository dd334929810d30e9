"""Comparisons of properties: every spelling and what it means."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.rules.terms import Comparison, Property, PropertyName
from tests.rules.given import condition, loaded, told, with_gate

SEATS = PropertyName("account", "seats")


@pytest.mark.parametrize(
    ("written", "comparisons"),
    [
        ("pro", [Comparison("is", ("pro",))]),
        ("[starter, pro]", [Comparison("is", ("starter", "pro"))]),
        ("true", [Comparison("is", (True,))]),
        ("3", [Comparison("is", (3.0,))]),
        ('"3"', [Comparison("is", ("3",))]),
        ('"yes"', [Comparison("is", ("yes",))]),
        ("{is_not: free}", [Comparison("is_not", ("free",))]),
        ("{is_not: [free, 5, false]}", [Comparison("is_not", ("free", 5.0, False))]),
        ("{at_least: 1000}", [Comparison("at_least", 1000.0)]),
        ("{at_most: -2.5}", [Comparison("at_most", -2.5)]),
        ("{more_than: 0, less_than: 9}", [Comparison("more_than", 0.0), Comparison("less_than", 9.0)]),
        ("{contains: acme}", [Comparison("contains", "acme")]),
        ("{matches: '*@acme.com'}", [Comparison("matches", "*@acme.com")]),
        ("{exists: true}", [Comparison("exists", True)]),
        ("{exists: false}", [Comparison("exists", False)]),
        ("{in_last: 3 days}", [Comparison("in_last", timedelta(days=3))]),
        ("{in_next: 3 days}", [Comparison("in_next", timedelta(days=3))]),
        ("{older_than: 4 weeks}", [Comparison("older_than", timedelta(days=28))]),
        ("{at_least: 80%, of: account.limit}", [Comparison("at_least", 0.8, "of", PropertyName("account", "limit"))]),
        ("{more_than: 12.5%, of: start.x}", [Comparison("more_than", 0.125, "of", PropertyName("start", "x"))]),
        ("{at_least: 10, above: account.used}", [Comparison("at_least", 10.0, "above", PropertyName("account", "used"))]),
        ("{at_most: 3, below: account.used}", [Comparison("at_most", 3.0, "below", PropertyName("account", "used"))]),
    ],
)  # fmt: skip
def test_a_property_is_compared(written: str, comparisons: list[Comparison]) -> None:
    found = condition(f"{{account.seats: {written}}}")

    assert found == Property(SEATS, tuple(comparisons))
    assert isinstance(found, Property)
    assert [type(c.value) for c in found.comparisons] == [type(c.value) for c in comparisons]


def test_true_and_one_stay_apart() -> None:
    found = condition("{account.seats: [true, 1]}")

    assert isinstance(found, Property)
    value = found.comparisons[0].value
    assert isinstance(value, tuple)
    assert [type(part) for part in value] == [bool, float]


@pytest.mark.parametrize("name", ["account.mrr", "start.invoice_id", "account.Company Name", "account.address.city"])
def test_a_name_says_whose_property_it_is(name: str) -> None:
    found = condition(f"{{{name}: x}}")

    assert isinstance(found, Property)
    assert str(found.of) == name


@pytest.mark.parametrize("word", ["yes", "No", "on", "OFF"])
def test_a_yes_without_quotes_raises_a_doubt(word: str) -> None:
    (problem,) = told(loaded(with_gate(f"only_if: {{account.paid: [{word}]}}")))

    assert problem.startswith(f"4:26 warning: `{word}` is a text here.")
