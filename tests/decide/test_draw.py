"""Lots that always fall the same way."""

from __future__ import annotations

from itertools import combinations

from firstwin.decide.draw import draw

MANY = 20_000


def shares(what: str, below: float, rule: str = "no-login") -> set[str]:
    return {subject for subject in map(str, range(MANY)) if draw(rule, subject, what) < below}


def test_a_lot_never_changes_by_itself() -> None:
    assert draw("no-login", "acme", "hold_out") == 0.21608362533429276


def test_lots_are_spread_evenly() -> None:
    for tenth in range(1, 10):
        assert abs(len(shares("hold_out", tenth / 10)) / MANY - tenth / 10) < 0.015


def test_two_draws_and_two_rules_tell_nothing_of_each_other() -> None:
    halves = [shares("hold_out", 0.5), shares("split", 0.5), shares("split/a", 0.5), shares("split", 0.5, "other")]
    for one, other in combinations(halves, 2):
        assert abs(len(one & other) / MANY - 0.25) < 0.015


def test_a_name_cannot_run_into_the_next() -> None:
    assert draw("a", "bc", "x") != draw("ab", "c", "x")
