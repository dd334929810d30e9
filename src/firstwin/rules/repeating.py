"""`every: 7 days, at_most: 5`: how often a step is repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import InitErrorDetails

from firstwin.rules.word import refusal, refused_at, shown

MOST_TIMES = 100  # each is a row for every start


def _how_often(value: object) -> object:
    found = re.search(r"[0-9]+", str(value))
    number = value if isinstance(value, int) and not isinstance(value, bool) else None
    if number is None:
        better = f"Write `{found[0]}`." if found else "Write a number like `5`."
        raise refusal(f"{shown(value)} is not a number of times.", better)
    if not 1 < number <= MOST_TIMES:
        better = (
            "Write `2` or more, or take `every:` and `at_most:` out."
            if number <= 1
            else f"Write `{MOST_TIMES}` at most."
        )
        raise refusal(f"A step is repeated 2 to {MOST_TIMES} times.", better)
    return number


HowOften = Annotated[int, BeforeValidator(_how_often)]


def repeated_wrongly(data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
    """One of the two words without the other."""
    if "every" in data and "at_most" not in data:
        message = "`every:` does not say how often at most."
        better = "Write `at_most: 5` beside it, so that nobody is written to for ever."
        yield refused_at("every", message=message, suggestion=better, at="key")
    elif "at_most" in data and "every" not in data:
        message = "`at_most:` counts how often a step is repeated, and this one is not."
        yield refused_at("at_most", message=message, suggestion="Write `every: 7 days` beside it.", at="key")
