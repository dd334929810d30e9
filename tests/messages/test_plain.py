"""Only plain values reach a template."""

from __future__ import annotations

from datetime import datetime

import pytest
from markupsafe import Markup

from firstwin.messages import limits
from firstwin.messages.error import Stopped
from firstwin.messages.plain import plain
from tests.messages.examples import NOW


class Sneaky(dict[str, object]):
    """More than a dictionary."""


@pytest.mark.parametrize(
    "value",
    [
        object(),
        Sneaky(),
        (1, 2),
        {1},
        b"bytes",
        lambda: 1,
        type,
        NOW.date(),
        iter([1]),
        {1: "a"},
        [object()],
        {"a": {"b": print}},
    ],
)
def test_anything_that_could_act_is_refused(value: object) -> None:
    with pytest.raises(Stopped) as stopped:
        plain({"account": value})
    assert stopped.value.reason == "not_plain"
    assert "account" in stopped.value.message


def test_a_time_needs_its_zone() -> None:
    with pytest.raises(Stopped, match="without a time zone"):
        plain({"now": datetime(2026, 3, 20)})  # noqa: DTZ001 - the mistake itself


def test_the_copy_shares_nothing_and_knows_no_empty_values() -> None:
    given = {"a": {"b": [1, 2.5, True, None, NOW], "c": None}, "d": None}
    copy = plain(given)
    assert copy == {"a": {"b": [1, 2.5, True, None, NOW]}, "d": None}
    assert copy["a"]["b"] is not given["a"]["b"]  # type: ignore[index]


def test_text_that_says_it_is_safe_html_is_only_text() -> None:
    assert type(plain({"name": Markup("<b>")})["name"]) is str


def test_depth_and_number_are_limited() -> None:
    deep: list[object] = []
    for _ in range(limits.DEPTH + 1):
        deep = [deep]
    for data in (deep, [0] * (limits.VALUES + 1)):
        with pytest.raises(Stopped, match="too much data"):
            plain({"x": data})
