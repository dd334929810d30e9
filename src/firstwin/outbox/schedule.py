"""When a message is tried again: how long after each attempt, by channel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from firstwin.settings import rehearsal

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

TO_PEOPLE_AT_WORK = (0 * SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 1 * HOUR)
# The wait before each attempt; as many attempts are made as there are waits.
WAITS: Mapping[str, tuple[timedelta, ...]] = {
    "webhook": (
        0 * SECOND, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR,
    ),
    "email": (0 * SECOND, 30 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR),
    "alert": TO_PEOPLE_AT_WORK,
    "digest": TO_PEOPLE_AT_WORK,
}  # fmt: skip


def wait_before_next(channel: str, attempts: int, *, jitter: float, asked: timedelta | None) -> timedelta | None:
    """How long to wait after ``attempts`` attempts; None when they are used up.

    ``jitter`` (0 to 1) spreads what failed together over a fifth to either side; what the other side ``asked`` for is
    kept in full.
    """
    waits = WAITS[channel]
    if attempts >= len(waits):
        return None
    return max(waits[attempts] * _spread(jitter), asked or timedelta(0))


def wait_for_free(channel: str, attempts: int, *, jitter: float, asked: timedelta | None) -> timedelta:
    """The same for an attempt that does not count: as long as after one that does, and never used up."""
    waits = WAITS[channel]
    return max(waits[min(attempts, len(waits) - 1)] * _spread(jitter), asked or timedelta(0))


def least_wait(channel: str) -> timedelta:
    """The shortest time between two attempts."""
    return min(wait for wait in WAITS[channel] if wait) * _spread(0)


def _spread(jitter: float) -> float:
    return (0.8 + 0.4 * jitter) * rehearsal().schedule_scale
