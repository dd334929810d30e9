"""The version of a rule: a hash of everything that it means."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any

from firstwin.rules.terms import Rule

NOT_MEANING = ("version", "source")
ADDED = {"hold_out": 0, "feed": "usual"}  # words that came later: a rule without them keeps the version that it had


def version_of(rule: Rule, recorders: Iterable[str]) -> str:
    """SHA-256 of the rule with its defaults and segments, and of the versions of the rules whose milestones it reads."""
    meaning = {"rule": plain(rule), "recorders": sorted(recorders)}
    return hashlib.sha256(json.dumps(meaning, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def plain(value: Any) -> Any:  # noqa: ANN401 - a term or any part of one
    """A term as JSON. Every object names its class, so that two that look alike stay apart."""
    if is_dataclass(value):
        members = {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.name not in NOT_MEANING}
        written = {name: member for name, member in members.items() if name not in ADDED or member != ADDED[name]}
        return {"": type(value).__name__, **written}
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    if isinstance(value, timedelta):
        return {"seconds": value.total_seconds()}
    return value
