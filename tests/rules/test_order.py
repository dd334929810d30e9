"""The order of rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from firstwin.rules.order import recorders_first
from firstwin.rules.terms import Again, EventStart, NoneOf, Reached, Record, Rule, Step


def rule(name: str, reads: list[str]) -> Rule:
    only_if = NoneOf(tuple(Reached(milestone) for milestone in reads))
    return Rule(
        name, "account", EventStart(("a",)), (Step("", timedelta(0), (Record(name),)),), Again("never"), only_if=only_if
    )


NAMES = "abcdef"
READS = st.fixed_dictionaries({name: st.lists(st.sampled_from(NAMES), max_size=2, unique=True) for name in NAMES})


@given(READS)
def test_recorders_stand_first_and_every_other_rule_is_in_a_circle(reads: Mapping[str, list[str]]) -> None:
    order = recorders_first([rule(name, reads[name]) for name in NAMES], {name: (name,) for name in NAMES})
    placed = [each.id for each in order.rules]
    circling = {name for circle in order.circles for name in circle}

    assert sorted(placed) == sorted(set(NAMES) - circling)
    assert all(placed.index(other) < placed.index(name) for name in placed for other in reads[name] if other in placed)
    assert all(
        circle[(at + 1) % len(circle)] in reads[name] for circle in order.circles for at, name in enumerate(circle)
    )
    assert bool(order.circles) == _goes_round(reads)


def _goes_round(reads: Mapping[str, list[str]]) -> bool:
    """Whether somebody can be reached from itself, by taking away whoever reads from nobody left."""
    left = dict(reads)
    while leaves := [name for name, others in left.items() if not any(other in left for other in others)]:
        left = {name: others for name, others in left.items() if name not in leaves}
    return bool(left)


def test_without_milestones_the_order_is_that_of_the_names() -> None:
    assert [each.id for each in recorders_first([rule("b", []), rule("a", [])], {}).rules] == ["a", "b"]
