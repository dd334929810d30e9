"""The rate of a destination: how many messages may go to the wire now, and when the next. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

TOGETHER: Final = timedelta(milliseconds=100)  # what may go in this time goes in one commit
AHEAD: Final = timedelta(seconds=4)  # a worker leases what it can send in about one round, and no more


@dataclass(frozen=True)
class Flow:
    """How a destination is served: at most ``rate`` messages a second, None: as fast as it takes them.

    ``ordered``: of two messages about the same account the older goes first.
    """

    rate: float | None = None
    ordered: bool = False

    def most(self, wanted: int) -> int:
        """How many deliveries are worth leasing at once: never more than its rate lets through in about one round."""
        return wanted if self.rate is None else max(1, min(wanted, int(self.rate * AHEAD.total_seconds())))

    def is_far_off(self, next_free: datetime | None, now: datetime) -> bool:
        """Whether a lease would only wait for its time."""
        return self.rate is not None and next_free is not None and next_free > now + AHEAD


AT_ONCE: Final = Flow()


@dataclass(frozen=True)
class Admitted:
    """``count`` messages may go now. ``next_free`` is the moment before which no other may, ``wait`` how far away it is."""

    count: int
    next_free: datetime
    wait: timedelta


def admit(next_free: datetime | None, rate: float, wanted: int, now: datetime) -> Admitted:
    """Never more than one message's worth before its time: what was not used is not saved up."""
    if next_free is not None and next_free > now:
        return Admitted(0, next_free, next_free - now)
    count = min(wanted, max(1, int(rate * TOGETHER.total_seconds())))
    wait = timedelta(seconds=count / rate)
    return Admitted(count, now + wait, wait)
