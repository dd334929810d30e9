"""Only plain values reach a template."""

from __future__ import annotations

from collections.abc import Callable
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


@pytest.mark.parametrize("nest", [lambda inner: [inner], lambda inner: {"a": inner}], ids=["lists", "groups"])
def test_depth_is_limited(nest: Callable[[object], object]) -> None:
    deep: object = 0
    for _ in range(limits.DEPTH):
        deep = nest(deep)
    assert plain({"x": deep}) == {"x": deep}
    with pytest.raises(Stopped, match="too much data"):
        plain({"x": nest(deep)})


@pytest.mark.parametrize("of", [list, lambda values: {str(n): n for n in values}], ids=["list", "group"])
def test_the_number_of_values_is_limited(of: Callable[[range], object]) -> None:
    """What holds them counts, too."""
    most = of(range(limits.VALUES - 1))
    assert plain({"x": most}) == {"x": most}
    with pytest.raises(Stopped, match="too much data"):
        plain({"x": of(range(limits.VALUES))})
