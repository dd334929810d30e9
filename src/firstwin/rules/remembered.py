"""A rule as it is kept beside its version: everything that it means as JSON, and the way back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import is_dataclass, replace
from datetime import timedelta
from typing import Any

from firstwin.rules import acts, terms, terms_clock, terms_condition
from firstwin.rules.terms import Rule
from firstwin.rules.versions import plain

CLASSES: Mapping[str, type] = {
    name: found
    for module in (acts, terms_clock, terms_condition, terms)
    for name, found in vars(module).items()
    if isinstance(found, type) and is_dataclass(found)
}


def meaning_of(rule: Rule) -> str:
    """The rule with its defaults, and with its segments as they were when it was read."""
    return json.dumps(plain(rule), ensure_ascii=False)


def rule_of(meaning: str, version: str, source: str) -> Rule:
    """The rule that this was made of, whatever the files say by now.

    Raises KeyError or TypeError for what a later Firstwin has written.
    """
    rule = _term(json.loads(meaning))
    if not isinstance(rule, Rule):
        raise TypeError(version)
    return replace(rule, version=version, source=source)


def _term(value: Any) -> Any:  # noqa: ANN401 - a term or any part of one
    match value:
        case {"seconds": seconds}:
            return timedelta(seconds=seconds)
        case dict():
            return CLASSES[value.pop("")](**{key: _term(part) for key, part in value.items()})
        case list():
            return tuple(map(_term, value))
        case _:
            return value
