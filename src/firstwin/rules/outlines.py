"""What other files may know of a rule before it is read: read from the plain data, so that no mistake is told twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from firstwin.rules.documents import Document
from firstwin.rules.scope import KnownRule


def outlines(documents: Mapping[str, Document | None]) -> dict[str, KnownRule]:
    """By rule; of one that cannot be read, only that it is there."""
    return {name: _outline(document.data if document else None) for name, document in documents.items()}


def _outline(data: Any) -> KnownRule:  # noqa: ANN401 - plain data of any shape
    if not isinstance(data, dict):
        return KnownRule()
    about, was, steps = data.get("about"), data.get("was"), data.get("steps")
    return KnownRule(
        about=about if about in ("account", "person") else None,
        steps=tuple(map(str, steps)) if isinstance(steps, dict) else () if steps is None else None,
        sends=not all(_only_records(action) for action in _actions(data)),
        was=was if isinstance(was, str) else None,
    )


def _actions(data: Mapping[str, Any]) -> Iterator[Any]:
    steps = data.get("steps")
    for place in (data, *(steps.values() if isinstance(steps, dict) else ())):
        then = place.get("then") if isinstance(place, dict) else None
        yield from then if isinstance(then, list) else [] if then is None and place is data else [then]


def _only_records(action: object) -> bool:
    return isinstance(action, dict) and "record" in action
