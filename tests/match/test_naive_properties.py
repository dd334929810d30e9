"""The referee's reading of properties, by example: what is missing, what is the same, numbers, texts and dates."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from firstwin.rules.terms import Comparison, Ever, NoneOf, Property, PropertyName, Where
from tests.match.naive_examples import ACME, ANNA, DAY, HOUR, LONG_AGO, NOW, TICK, change, date, event, is_so, joins
from tests.match.naive_terms import Begun
from tests.match.pool_terms import account, did, is_, is_not, person, start, to


def fits(value: Any, *comparisons: Comparison, value_at: datetime | None = None) -> bool:
    return is_so(account("x", *comparisons), ACME, change("account.x", value, value_at=value_at))


EVERY_COMPARISON = [
    is_("pro"), is_not("pro"), to("at_least", 1), to("at_most", 1), to("more_than", 1), to("less_than", 1),
    to("contains", "p"), to("matches", "*"), to("in_last", DAY), to("in_next", DAY), to("older_than", DAY),
]  # fmt: skip


@pytest.mark.parametrize("comparison", EVERY_COMPARISON, ids=lambda comparison: comparison.op)
def test_a_missing_value_makes_every_comparison_false(comparison: Comparison) -> None:
    assert not is_so(account("x", comparison), ACME)
    assert not fits(None, comparison)
    assert is_so(NoneOf((account("x", comparison),)), ACME)  # unless and none are null-safe


def test_exists_asks_for_what_is_there_and_for_what_is_missing() -> None:
    assert fits("", to("exists", True))
    assert fits(False, to("exists", True))
    assert not fits(None, to("exists", True))
    assert fits(None, to("exists", False))
    assert is_so(account("x", to("exists", False)), ACME)


@pytest.mark.parametrize(("value", "other"), [(3, "3"), (1, True), (0, False), ("true", True), ("pro", "Pro")])
def test_a_number_a_text_and_a_truth_are_three_things(value: Any, other: Any) -> None:
    assert fits(value, is_(value))
    assert not fits(value, is_(other))
    assert not fits(other, is_(value))
    assert fits(other, is_not(value))
    assert not fits("10", to("at_least", 1))
    assert not fits(True, to("at_least", 1))


def test_is_takes_any_of_its_values_and_is_not_none_of_them() -> None:
    assert [fits(value, is_("pro", 3)) for value in ("pro", 3, 3.0, "free")] == [True, True, True, False]
    assert [fits(value, is_not("pro", 3)) for value in ("pro", 3, 3.0, "free", ["pro"])] == [
        False, False, False, True, True,
    ]  # fmt: skip


def test_orders_include_their_limit_where_they_say_so() -> None:
    assert [fits(n, to("at_least", 10)) for n in (9, 10, 10.5)] == [False, True, True]
    assert [fits(n, to("at_most", 10)) for n in (9, 10, 10.5)] == [True, True, False]
    assert [fits(n, to("more_than", 10)) for n in (9, 10, 10.5)] == [False, False, True]
    assert [fits(n, to("less_than", 10)) for n in (9, 10, 10.5)] == [True, False, False]


@pytest.mark.parametrize(
    ("relation", "number", "fitting", "failing"), [("of", 0.5, 4, 3), ("above", 2, 10, 9), ("below", 2, 6, 7)]
)
def test_a_number_may_stand_in_relation_to_another_property(
    relation: Any, number: float, fitting: float, failing: float
) -> None:
    """At least half of the seats, at least two above them, at least two below them."""
    limit = Comparison("at_least", number, relation, PropertyName("account", "seats"))
    used = Property(PropertyName("account", "used"), (limit,))
    fits, fails = change("account.used", fitting), change("account.used", failing)
    assert is_so(used, ACME, fits, change("account.seats", 8))
    assert not is_so(used, ACME, fails, change("account.seats", 8))
    assert not is_so(used, ACME, fits)
    assert not is_so(used, ACME, fits, change("account.seats", "8"))


def test_contains_is_a_part_of_a_text_or_a_member_of_a_list() -> None:
    vip = to("contains", "vip")
    assert [fits(value, vip) for value in ("a vip b", "a VIP b", ["x", "vip"], ["vips"], 5)] == [
        True, False, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "fitting", "failing"),
    [
        ("acme*", ["acme", "acme.com", "acme\n"], ["my acme", "Acme"]),
        ("*.acme.*", ["a.acme.b", ".acme."], ["a.acme", "axacmexb"]),
        ("acme", ["acme"], ["acme.com", ["acme"], 5]),
        ("50%_?[a]*", ["50%_?[a]", "50%_?[a]!"], ["500", "50%__a", "50x_?[a]", "50%_?a"]),
    ],
)
def test_a_star_stands_for_anything_and_every_other_sign_for_itself(
    pattern: str, fitting: list[Any], failing: list[Any]
) -> None:
    assert all(fits(value, to("matches", pattern)) for value in fitting)
    assert not any(fits(value, to("matches", pattern)) for value in failing)


def test_two_comparisons_must_both_hold() -> None:
    assert [fits(n, to("at_least", 5), to("less_than", 10)) for n in (4, 5, 10)] == [False, True, False]


@pytest.mark.parametrize(
    ("op", "ages"),
    [
        ("in_last", {DAY: False, DAY - TICK: True, timedelta(0): True, -TICK: False}),
        ("in_next", {timedelta(0): False, -TICK: True, -DAY: True, -DAY - TICK: False}),
        ("older_than", {DAY - TICK: False, DAY: True, 2 * DAY: True}),
    ],
)
def test_dates_are_near_or_far_by_the_moment_that_they_name(op: Any, ages: dict[timedelta, bool]) -> None:
    assert {age: is_so(account("ends", to(op, DAY)), ACME, date("account.ends", NOW - age)) for age in ages} == ages
    assert not fits("soon", to(op, DAY))


def test_a_value_is_that_of_the_newest_change_not_of_the_last_arrival() -> None:
    late = change("account.plan", "free", NOW - DAY, known=NOW)
    given = (ACME, change("account.plan", "trial", NOW - 2 * DAY), change("account.plan", "pro", NOW - HOUR), late)
    assert is_so(account("plan", is_("pro")), *given)
    assert is_so(account("plan", is_("trial")), *given, now=NOW - DAY)  # not known yet


def test_of_two_changes_at_one_moment_the_later_in_the_table_counts() -> None:
    assert is_so(account("plan", is_("b")), ACME, change("account.plan", "a", NOW), change("account.plan", "b", NOW))


def test_whose_property_it_is() -> None:
    given = (ACME, ANNA, joins("acme"), change("account.plan", "pro"), change("person.role", "admin"))
    assert is_so(account("plan", is_("pro")), *given, kind="person")  # of the account that the person is in
    assert is_so(person("role", is_("admin")), *given, kind="person")
    assert not is_so(account("role", is_("admin")), *given)
    namesake = event("firstwin.person.role", LONG_AGO, {"value": "admin"}, person="acme")
    assert not is_so(person("role", is_("admin")), *given, namesake)  # an account is no person
    assert not is_so(account("plan", is_not("free")), *given, joins(None, NOW), kind="person")


def test_the_starts_own_data_and_its_moment() -> None:
    begun = Begun(NOW - DAY, {"plan": "pro", "ends": "2026-03-10T12:00:00+00:00", "day": "2026-03-10"})
    assert is_so(start("plan", is_("pro")), ACME, start=begun)
    assert is_so(start("invoice", to("exists", False)), ACME, start=begun)
    assert is_so(start("at", to("older_than", DAY)), ACME, start=begun)
    assert not is_so(start("at", to("older_than", DAY + TICK)), ACME, start=begun)
    assert is_so(start("ends", to("in_last", TICK)), ACME, start=begun)
    assert is_so(start("day", to("in_last", 12 * HOUR + TICK)), ACME, start=begun)
    assert not is_so(start("day", to("in_last", 12 * HOUR)), ACME, start=begun)
    assert not is_so(start("plan", is_("pro")), ACME)


def test_where_is_judged_like_any_property() -> None:
    def paid(*comparisons: Comparison, **props: Any) -> bool:
        return is_so(did("paid", Ever(), Where("amount", comparisons)), ACME, event("paid", NOW, props))

    assert paid(to("exists", False))
    assert not paid(is_not(3))
    assert paid(is_not(3), amount="3")
    assert not paid(to("at_least", 3), amount="3")
