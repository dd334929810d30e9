"""The order of the time limits: whoever is inside must be done before whoever is outside gives up on it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

DEADLINE: Final = 20.0  # seconds that one message may be on the wire
SOFT: Final = 25.0  # seconds after which a worker that was told to end waits for nothing more
LEASE: Final = 60.0  # seconds after which others may take what a worker holds


class LimitsError(Exception):
    """The time limits contradict each other; the message says which, and what to do."""


@dataclass(frozen=True)
class Limit:
    """``what`` names it as an operator knows it; ``how`` says how it is changed, and is empty where it is fixed."""

    what: str
    seconds: float
    how: str = ""


def limits(deadline: float, killed_after: float) -> tuple[Limit, ...]:
    """From the inside out. ``deadline`` is the longest of the senders', ``killed_after`` when the process is killed."""
    return (
        Limit("the longest `deadline` of a sender", deadline, "set it in firstwin.yaml"),
        Limit("what a worker needs to end", SOFT),
        Limit(
            "FIRSTWIN_KILLED_AFTER",
            killed_after,
            "set it, and with it what it tells of: `stop_grace_period` in a compose file, `terminationGracePeriodSeconds` in"
            " Kubernetes, `TimeoutStopSec` in systemd",
        ),
        Limit("the lease of a worker", LEASE),
    )


def must_be_in_order(found: tuple[Limit, ...]) -> None:
    """Raises LimitsError."""
    for inner, outer in pairwise(found):
        if inner.seconds >= outer.seconds:
            raise LimitsError(_told(inner, outer))


def _told(inner: Limit, outer: Limit) -> str:
    changed, to = (outer, f"more than {inner.seconds:g}") if outer.how else (inner, f"less than {outer.seconds:g}")
    return (
        f"The time limits are not in order: {inner.what} ({inner.seconds:g} s) must be less than {outer.what} ({outer.seconds:g} s),"
        " else a message that is on its way when a worker ends may go out twice. To change"
        f" {changed.what} to {to} s, {changed.how}."
    )
