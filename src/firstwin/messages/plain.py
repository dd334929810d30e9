"""The data of a message is plain values and nothing else: a template can call the methods of what it is handed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from firstwin.messages import limits
from firstwin.messages.error import Stopped

SCALARS = frozenset({str, int, float, bool, type(None)})


def plain(context: Mapping[str, object]) -> dict[str, Any]:
    """A copy of ``context`` that shares nothing with it. Inside a group an empty (None) value counts as missing."""
    left = [limits.VALUES]
    return {str(name): _copied(value, str(name), limits.DEPTH, left) for name, value in context.items()}


def _copied(value: object, path: str, depth: int, left: list[int]) -> object:
    left[0] -= 1
    if left[0] < 0 or depth < 0:
        raise _too_much(path)
    kind = type(value)
    if kind in SCALARS:
        return value
    if isinstance(value, str):
        return str.__str__(value)  # of a text that is more than text only the text is taken
    if isinstance(value, datetime) and kind is datetime:
        return _zoned(value, path)
    if isinstance(value, dict) and kind is dict:
        return _group(value, path, depth, left)
    if isinstance(value, list) and kind is list:
        return [_copied(inner, path, depth - 1, left) for inner in value]
    raise Stopped("not_plain", f"“{path}” is a {kind.__name__}; a template gets plain values only.")


def _group(values: dict[object, object], path: str, depth: int, left: list[int]) -> dict[str, object]:
    """Most values are scalars, and most messages hold a few dozen: those are copied without a call for each."""
    copied: dict[str, object] = {}
    for key, value in values.items():
        if value is None:
            continue
        name = key if type(key) is str else _named(key, path)
        if type(value) in SCALARS:
            left[0] -= 1
            copied[name] = value
        else:
            copied[name] = _copied(value, f"{path}.{name}", depth - 1, left)
    if left[0] < 0 or (copied and depth < 1):
        raise _too_much(path)
    return copied


def _too_much(path: str) -> Stopped:
    return Stopped("too_large", f"There is too much data in “{path}” for one message.")


def _zoned(value: datetime, path: str) -> datetime:
    if value.tzinfo is None:
        raise Stopped("not_plain", f"“{path}” is a time without a time zone.")
    return value


def _named(key: object, path: str) -> str:
    if type(key) is not str:
        raise Stopped("not_plain", f"“{path}” has a name that is not text: {key!r}.")
    return key
