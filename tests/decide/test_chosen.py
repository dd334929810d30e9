"""What a step does for one subject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from firstwin.decide.chosen import Chosen, choose
from firstwin.rules.terms import (
    Alert,
    Branch,
    Choose,
    Comparison,
    Property,
    PropertyName,
    Split,
    Term,
    Variant,
    Webhook,
)
from tests.decide.cases import TO_CONTACT, TO_CSM

PRO, BIG = (Property(PropertyName("account", name), (Comparison("is", (True,)),)) for name in ("pro", "big"))
POST = Webhook("post", "crm")
BRANCHES = Choose((Branch(PRO, (TO_CONTACT,)), Branch(BIG, (TO_CSM, POST)), Branch(None, (POST,))))
HALVES = Split((Variant("a", 0.5, (TO_CONTACT,)), Variant("b", 0.5, (TO_CSM,))))


def chosen(*actions: object, holds: Callable[[Term], bool] = lambda _: False, subject: str = "acme") -> Chosen:
    return choose(actions, holds, "no-login", subject)  # type: ignore[arg-type] # any of the actions


@pytest.mark.parametrize(
    ("holding", "actions", "branch"),
    [
        ({PRO}, [TO_CONTACT], "1"),
        ({PRO, BIG}, [TO_CONTACT], "1"),
        ({BIG}, [TO_CSM, POST], "2"),
        (set(), [POST], "otherwise"),
    ],
)
def test_the_first_branch_that_holds_is_done(holding: set[Term], actions: list[object], branch: str) -> None:
    found = chosen(BRANCHES, holds=holding.__contains__)
    assert (found.actions, found.branch, found.variant) == (actions, branch, None)


def test_where_no_branch_holds_nothing_is_done() -> None:
    found = chosen(Choose(BRANCHES.branches[:2]))
    assert (found.actions, found.branch) == ([], None)


def test_what_stands_beside_is_done_in_any_case_in_the_order_of_the_file() -> None:
    found = chosen(TO_CSM, BRANCHES, POST, holds=lambda _: True)
    assert found.actions == [TO_CSM, TO_CONTACT, POST]


def test_the_shares_of_a_split_are_kept_and_a_subject_keeps_its_variant() -> None:
    thirds = Split(tuple(Variant(name, 1 / 3, (Alert(name, "csm"),)) for name in "abc"))
    drawn = [chosen(thirds, subject=str(number)).variant for number in range(6000)]
    assert drawn == [chosen(thirds, subject=str(number)).variant for number in range(6000)]
    assert all(abs(count - 2000) < 150 for count in Counter(drawn).values())


def test_all_steps_of_a_rule_draw_the_same() -> None:
    other = Split((Variant("a", 0.5, (POST,)), Variant("b", 0.5, ())))
    for number in range(100):
        assert chosen(HALVES, subject=str(number)).variant == chosen(other, subject=str(number)).variant


def test_a_split_inside_a_variant_divides_it_again() -> None:
    nested = Split(
        (
            Variant("a", 0.5, (Split((Variant("c", 0.5, (POST,)), Variant("d", 0.5, (POST,)))),)),
            Variant("b", 0.5, (POST,)),
        )
    )
    drawn = Counter(chosen(nested, subject=str(number)).variant for number in range(4000))
    assert set(drawn) == {"a/c", "a/d", "b"}
    assert abs(drawn["a/c"] - 1000) < 120
    assert abs(drawn["a/d"] - 1000) < 120


def test_a_branch_may_hold_a_split() -> None:
    found = chosen(Choose((Branch(None, (HALVES,)),)))
    assert (found.branch, found.variant in {"a", "b"}, len(found.actions)) == ("otherwise", True, 1)
