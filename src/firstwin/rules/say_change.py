"""In words: usage that went down, a number that fell, a value that changed, a message that arrived, the people of an account."""

from __future__ import annotations

from firstwin.rules.durations import say_duration
from firstwin.rules.terms import Changed, Moved, Nudged, People, Usage

WHO = {
    "any": "at least one person of the account",
    "every": "every person of the account (it must have one)",
    "no": "no person of the account",
}


def say_usage(usage: Usage, events: str) -> str:
    """``events`` are what is counted, in words."""
    length, previous = say_duration(usage.length), say_duration(usage.previous)
    what = f"the number of people with {events}" if usage.people else events
    mean = f"against the mean of {length} in the {previous} before"
    floor = f"{usage.floor:,} {_counted(usage)} in those {previous}"
    share = f"{usage.way} by {_share(usage.share)} or more"
    return f"{what} is {share} in the last {length}, {mean}, from at least {floor}"


def _counted(usage: Usage) -> str:
    if usage.people:
        return "person" if usage.floor == 1 else "people"
    return "time" if usage.floor == 1 else "times"


def say_moved(moved: Moved, window: str) -> str:
    by = f"{_share(moved.by)} of what it was" if moved.is_share else f"{moved.by:,.10g}"
    return f"{moved.of} {moved.way} by {by} or more {window}"


def _share(share: float) -> str:
    return f"{share * 100:.10g}%"


def say_changed(changed: Changed, window: str, old: str, new: str) -> str:
    """``old`` and ``new`` in words, empty where any value will do."""
    sides = "".join(f" {word} {value}" for word, value in (("from", old), ("to", new)) if value)
    return f"{changed.of} changed{sides} {window}"


def say_nudged(nudged: Nudged, window: str) -> str:
    by = f"the step “{nudged.step}” of the rule “{nudged.rule}”" if nudged.step else f"the rule “{nudged.rule}”"
    return f"a message of {by} arrived {window}"


def say_people(people: People, said: str) -> str:
    return f"{WHO[people.how]} meets this: ({said})"
