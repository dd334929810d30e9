"""How lost, twice, extra and parked are counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chaos.accounting import Row, blamed, count, most_within, repeated
from tests.chaos.records import Request

ROW = Row(1, "k1", ("blue", "hello", 1, "", "hook"), "delivered", None)
REQUEST = Request(10.0, "/hook", "k1", "blue", "", 200)


def test_what_came_once_and_is_delivered_counts_nowhere() -> None:
    counted = count(["blue"], [ROW], [REQUEST])
    assert (counted.due, counted.lost, counted.twice, counted.extra, counted.parked, counted.dead) == (1, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("state", "answered", "lost"),
    [
        ("delivered", None, 1),  # said to be delivered, and nobody has it
        ("delivered", 500, 1),
        ("delivered", 200, 0),
        ("scheduled", None, 1),  # due, and nobody does anything
        ("retry_wait", 500, 0),
        ("unknown", None, 0),
        ("dead", None, 0),
        ("expired", None, 0),
    ],
)
def test_lost_is_what_no_sink_has_and_no_end_declares(state: str, answered: int | None, lost: int) -> None:
    requests = [] if answered is None else [replace(REQUEST, answered=answered)]
    assert count(["blue"], [replace(ROW, state=state)], requests).lost == lost


def test_an_account_without_a_delivery_is_lost() -> None:
    counted = count(["blue", "red"], [ROW], [REQUEST])
    assert (counted.lost, counted.undecided) == (1, 1)


def test_twice_is_two_keys_for_one_message() -> None:
    other = replace(ROW, id=2, key="k2")
    counted = count(["blue"], [ROW, other], [REQUEST, replace(REQUEST, key="k2")])
    assert (counted.twice, counted.extra) == (1, 0)


def test_another_step_is_another_message() -> None:
    other = replace(ROW, id=2, key="k2", what=("blue", "hello", 1, "later", "hook"))
    assert count(["blue"], [ROW, other], [REQUEST, replace(REQUEST, key="k2")]).twice == 0


def test_extra_is_a_further_request_with_the_same_key() -> None:
    assert count(["blue"], [ROW], [REQUEST, replace(REQUEST, at=11), replace(REQUEST, at=12)]).extra == 2


def test_parked_and_dead_are_columns_of_their_own() -> None:
    rows = [replace(ROW, state="unknown"), replace(ROW, id=2, key="k2", state="dead")]
    counted = count(["blue"], rows, [])
    assert (counted.parked, counted.dead, counted.lost) == (1, 1, 0)


def test_a_repeated_request_is_told_by_when_the_one_before_it_came() -> None:
    requests = [replace(REQUEST, at=at) for at in (3.0, 1.0, 2.0)]
    assert repeated([*requests, replace(REQUEST, key="k2", at=9.0)]) == [1.0, 2.0]


def test_a_moment_belongs_to_the_first_kill_after_it() -> None:
    assert blamed([0.5, 1.5, 1.6, 9.0], [1.0, 2.0, 3.0]) == [1, 2, 0]


def test_the_most_within_a_stretch_of_time() -> None:
    assert most_within([0, 5, 9.9, 10, 19], 10) == 3
    assert most_within([], 10) == 0
