"""A change of one property, and when two values are the same."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson


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
    if one is other:
        return True
    if type(one) is type(other) and type(one) is not list and type(one) is not dict:
        return bool(one == other)
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    return orjson.dumps(one, option=orjson.OPT_SORT_KEYS) == orjson.dumps(other, option=orjson.OPT_SORT_KEYS)
