"""Any JSON, and events that have a value of any kind in any of their places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


def with_any(event: Any) -> st.SearchStrategy[Any]:
    """The event, with anything in one of its places."""
    return st.builds(lambda path, value: _put(event, path, value), st.sampled_from(list(_places(event))), ANYTHING)


def _places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from _places(value, (*path, key))


def _put(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = {key: _put(data[key], path[1:], value) if key == path[0] else data[key] for key in _keys(data)}
    return changed if isinstance(data, dict) else list(changed.values())


def _keys(data: Any) -> Any:
    return data if isinstance(data, dict) else range(len(data))
