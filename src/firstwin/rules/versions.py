"""The version of a rule: a hash of everything that it means."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import Field, fields, is_dataclass
from datetime import timedelta
from typing import Any

from firstwin.rules.terms import Rule

NOT_MEANING = ("version", "source")


def version_of(rule: Rule, recorders: Iterable[str]) -> str:
    """SHA-256 of the rule with its defaults and segments, and of the versions of the rules whose milestones it reads."""
    meaning = {"rule": plain(rule), "recorders": sorted(recorders)}
    return hashlib.sha256(json.dumps(meaning, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _meaning(value: Any) -> Iterator[Field[Any]]:  # noqa: ANN401 - a dataclass
    """The fields that say something: a field that was added to the language later does not where it holds its default."""
    for each in fields(value):
        says_nothing = "added" in each.metadata and getattr(value, each.name) == each.default
        if each.name not in NOT_MEANING and not says_nothing:
            yield each


def plain(value: Any) -> Any:  # noqa: ANN401 - a term or any part of one
    """A term as JSON. Every object names its class, so that two that look alike stay apart."""
    if is_dataclass(value):
        return {"": type(value).__name__, **{f.name: plain(getattr(value, f.name)) for f in _meaning(value)}}
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    if isinstance(value, timedelta):
        return {"seconds": value.total_seconds()}
    return value
