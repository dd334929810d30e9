"""Messages as JSON, and answers that may be JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from firstwin.senders.contract import Refused


def as_json(value: object) -> bytes | Refused:
    """The same bytes for the same value. What JSON cannot say (half a surrogate pair, a set) is refused."""
    try:
        return orjson.dumps(value, default=_plain)
    except orjson.JSONEncodeError as wrong:
        return Refused("invalid", detail=f"The message can't be written as JSON: {wrong}")


def read_json(text: str) -> object:
    """What ``text`` says in JSON; None if it is none."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def fields(text: str) -> Mapping[str, Any]:
    """The fields of a JSON object; none of anything else."""
    said = read_json(text)
    return said if isinstance(said, dict) else {}


def _plain(value: object) -> dict[Any, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} has no form in JSON")
