"""Reads a batch that is JSON but for a message: JavaScript writes half a character, Python a number that is none."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import orjson


class Spoilt(NamedTuple):
    """A message that is no JSON. Those beside it are."""

    message_id: str | None
    reason: str


def read_batch(body: bytes) -> dict[str, Any] | None:
    """The batch, with a ``Spoilt`` wherever one stands; None for what is not nearly a batch."""
    try:
        found = json.loads(body.decode())  # of bytes it would read UTF-16, too, which nobody looked into for a NUL
    except (ValueError, RecursionError):
        return None
    messages = found.pop("batch", None) if isinstance(found, dict) else None
    rest = _strictly(found)
    if not isinstance(messages, list) or isinstance(rest, Spoilt):
        return None
    return {**rest, "batch": [_strictly(message) for message in messages]}


def _strictly(part: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return orjson.loads(json.dumps(part))
    except (ValueError, RecursionError) as error:
        return Spoilt(_id_of(part), f"it is not valid JSON: {error}")


def _id_of(part: object) -> str | None:
    found = part.get("messageId") if isinstance(part, dict) else None
    return found if isinstance(found, str) and found.isprintable() else None
