"""Whether an event that a rule waits for has stopped arriving altogether: then nobody is nudged for its silence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from firstwin.rules.waits import Awaited

ENOUGH = 50  # events that must have been seen before their silence means anything
LEAST = timedelta(hours=1)
TIMES = 3  # so many times the longest gap is a silence that was never heard
LOOK_BACK = timedelta(days=28)
NEVER = "has ever come in"


@dataclass(frozen=True)
class Feed:
    """One event, of everybody, up to a moment. ``seen`` counts up to ``ENOUGH``; ``gap`` is the longest of the last 28 days.

    A gap below a third of ``LEAST`` is not told exactly: it makes no difference.
    """

    name: str
    seen: int = 0
    last_at: datetime | None = None
    gap: timedelta = timedelta(0)


def why_held(awaited: Iterable[Awaited], feed: Callable[[str], Feed], now: datetime) -> str:
    """Why what waits for these events must hold, in a sentence; empty if all of them arrive."""
    for one in awaited:
        feeds = [feed(name) for name in one.names]
        if not any(each.seen for each in feeds):
            return f"no {' or '.join(one.names)} {NEVER}"
        for each in feeds:
            if is_stale(each, now):
                return f"no {each.name} has come in from anybody since {each.last_at:%Y-%m-%d %H:%M} UTC"
    return ""


def is_stale(feed: Feed, now: datetime) -> bool:
    """Whether it has been silent for longer than it ever was."""
    if feed.last_at is None or feed.seen < ENOUGH:
        return False
    return now - feed.last_at > max(LEAST, TIMES * feed.gap)


def is_broken(why: str) -> bool:
    """Whether a feed that was there has fallen silent, and not only one that is still to begin."""
    return any(not part.endswith(NEVER) for part in why.split("; "))
