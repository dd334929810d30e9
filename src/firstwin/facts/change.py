"""A change of one property, and when two values are the same."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

NUMBERS: Final = {int, float}


class Change(NamedTuple):
    """From ``at`` on the property has this value. ``inferred``: nobody said so at that very moment.

    ``value_at`` is the moment that the value names, if it is a date.
    """

    prop: str
    at: int
    value: Any
    value_at: int | None
    inferred: bool = False


def same(one: Any, other: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    """As JSON sees it: 1 and 1.0 are the same, 1 and true are not."""
    kind = type(one)
    if kind is not type(other):
        return kind in NUMBERS and type(other) in NUMBERS and bool(one == other)
    if kind is list:
        return len(one) == len(other) and all(map(same, one, other))
    if kind is dict:
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    return bool(one == other)
