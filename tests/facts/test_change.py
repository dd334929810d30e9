from __future__ import annotations

from typing import Any

import pytest

from firstwin.facts.change import same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        ("a", "a"),
        (None, None),
        ([1, 2], [1.0, 2]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (True, True),
        (0, -0.0),
    ],
)
def test_values_that_json_writes_differently_may_be_the_same(one: Any, other: Any) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, False),
        (1, "1"),
        (None, False),
        (None, 0),
        ([True], [1]),
        ([], {}),
        ("a", "A"),
        ({"a": 1}, {"a": None}),
    ],
)
def test_values_of_another_kind_are_others(one: Any, other: Any) -> None:
    assert not same(one, other)
    assert not same(other, one)
