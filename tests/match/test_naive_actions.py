"""What the referee thinks of actions, in cases small enough to see."""

from collections import Counter
from datetime import timedelta

import pytest

from firstwin.rules.terms import Branch, Choose, Digest, Email, Recipient, Record, SingleAction, Split, Term, Variant
from tests.match.naive_actions import chosen, longest_lifetime
from tests.match.pool_terms import DAY, account, is_

MAIL, LIST, DONE = Email("hello", Recipient("contact")), Digest("list", "csm"), Record("activated")
PRO, FREE = account("plan", is_("pro")), account("plan", is_("free"))
LIVES = {"email": 3 * DAY, "digest": DAY}


@pytest.mark.parametrize(
    ("true", "actions", "branch"), [({PRO, FREE}, (MAIL,), ("1",)), ({FREE}, (LIST,), ("2",)), (set(), (), ())]
)
def test_the_first_branch_that_holds_is_done(
    true: set[Term], actions: tuple[SingleAction, ...], branch: tuple[str, ...]
) -> None:
    found = chosen([Choose((Branch(PRO, (MAIL,)), Branch(FREE, (LIST,))))], true.__contains__, "r", "a")
    assert (found.actions, found.branch) == (actions, branch)


def test_otherwise_is_what_is_left() -> None:
    assert chosen([Choose((Branch(PRO, ()), Branch(None, (MAIL,))))], {FREE}.__contains__, "r", "a").branch == (
        "otherwise",
    )


def test_lots_are_drawn_in_their_shares_and_anew_inside_a_variant() -> None:
    inner = Split((Variant("x", 0.5, (MAIL,)), Variant("y", 0.5, (LIST,))))
    outer = Split((Variant("a", 0.25, (MAIL,)), Variant("b", 0.75, (inner,))))
    drawn = Counter(chosen([outer], {PRO}.__contains__, "r", f"a{n}").variant for n in range(2000))
    assert set(drawn) == {("a",), ("b", "x"), ("b", "y")}
    assert all(abs(drawn[variant] - part) < 100 for variant, part in {("a",): 500, ("b", "x"): 750}.items())


@pytest.mark.parametrize(
    ("actions", "lifetime"), [([MAIL, LIST], 3 * DAY), ([LIST], DAY), ([DONE, MAIL], None), ([], 3 * DAY)]
)
def test_what_lives_longest_says_how_long_a_step_lives(actions: list[SingleAction], lifetime: timedelta | None) -> None:
    assert longest_lifetime(actions, LIVES) == lifetime
