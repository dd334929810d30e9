"""More than, and less than, where things are counted."""

from __future__ import annotations

import pytest

from firstwin.rules.strictly import instead_of_strict


@pytest.mark.parametrize(
    ("key", "value", "whole", "suggestion"),
    [
        ("more_than", 5, True, "More than 5 is `at_least: 6`."),
        ("less_than", 5, True, "Fewer than 5 is `at_most: 4`."),
        ("under", 1, True, "That it happened not even once is said with `did_not:`."),
        ("less_than", 0.5, False, "Write `at_most: 0.49`, or an amount as close to 0.5 as you like."),
        ("over", "20%", True, "Write `at_least: 21%`, or a share as close to 20% as you like."),
        ("less_than", "20%", False, "Write `at_most: 19%`, or a share as close to 20% as you like."),
        ("more_than", "many", True, "Write `at_least:`, which counts that number too."),
        ("more_than", True, True, "Write `at_least:`, which counts that number too."),
    ],
)
def test_the_number_itself_is_told(key: str, value: object, whole: bool, suggestion: str) -> None:
    message = f"`did` has no `{key}`: it says the number itself."
    assert instead_of_strict("`did`", key, value, whole=whole) == (message, suggestion)


def test_other_words_are_none_of_its_business() -> None:
    assert instead_of_strict("`did`", "at_lest", 5) is None
