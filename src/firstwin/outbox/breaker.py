"""The breaker of a destination: what its failures and successes make of it. Pure: a breaker and what was heard make a breaker."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

IN_A_ROW: Final = 5
SHARE: Final = 0.7  # of the attempts in the window
AT_LEAST: Final = 10  # attempts, before a share of them says anything
WINDOW: Final = timedelta(minutes=5)
SLICE: Final = timedelta(seconds=15)  # attempts are counted by slices of the window, so that old ones can be left out
FIRST_REST: Final = timedelta(seconds=30)
LONGEST_REST: Final = timedelta(minutes=15)
GIVEN_UP: Final = timedelta(hours=120)  # of nothing but failures
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

State = Literal["closed", "open", "half_open"]
Slice = tuple[int, int, int]  # its number since 1970, attempts that worked, attempts that failed


@dataclass(frozen=True)
class Probe:
    """The one message that finds out whether a destination works again, as it was leased."""

    delivery: int
    fence: int


@dataclass(frozen=True)
class Heard:
    """What one attempt showed: the other side ``worked`` if it answered, though it may have refused the message."""

    attempt: Probe
    worked: bool


@dataclass(frozen=True)
class Breaker:
    """``since`` is when it came into its state, ``until`` when one that is open lets a probe through after its ``rest``.

    ``recent`` is empty while all is well: then nothing has to be written down.
    """

    state: State = "closed"
    since: datetime | None = None
    until: datetime | None = None
    rest: timedelta = timedelta(0)
    in_a_row: int = 0
    recent: tuple[Slice, ...] = ()
    failing_since: datetime | None = None
    probe: Probe | None = None

    @property
    def is_closed(self) -> bool:
        return self.state == "closed"

    def lets_through(self, attempt: Probe) -> bool:
        """Whether this one may go to the wire."""
        return self.is_closed or (self.state == "half_open" and self.probe == attempt)

    def is_over(self, now: datetime) -> bool:
        """Whether it is time for a probe. One that is half open has had its probe."""
        return self.state == "open" and self.until is not None and now >= self.until

    def is_hopeless(self, now: datetime) -> bool:
        """Nothing but failures for so long, and many of them."""
        if self.failing_since is None or self.is_closed or self.in_a_row < AT_LEAST:
            return False
        return now - self.failing_since >= GIVEN_UP


def hear(breaker: Breaker, heard: Heard, now: datetime) -> Breaker:
    """The breaker after the answer to an attempt."""
    counted = _worked(breaker) if heard.worked else _failed(breaker, now)
    if breaker.is_closed:
        return _open_if_many(_counted(counted, heard, now), now)
    if not breaker.lets_through(heard.attempt):
        return counted  # it was on its way before; only the probe decides
    if heard.worked:
        return Breaker(since=now)
    return _opened(counted, min(breaker.rest * 2, LONGEST_REST), now)


def probed(breaker: Breaker, probe: Probe, now: datetime) -> Breaker:
    """Half open: this one message goes, and nothing else."""
    return replace(breaker, state="half_open", since=now, until=None, probe=probe)


def begun(breaker: Breaker, worked: int, now: datetime) -> Breaker:
    """A closed breaker that had nothing to count yet, with as many attempts that worked lately."""
    return replace(breaker, recent=((_slice(now), worked, 0),)) if worked else breaker


def _worked(breaker: Breaker) -> Breaker:
    return replace(breaker, in_a_row=0, failing_since=None)


def _failed(breaker: Breaker, now: datetime) -> Breaker:
    return replace(breaker, in_a_row=breaker.in_a_row + 1, failing_since=breaker.failing_since or now)


def _counted(breaker: Breaker, heard: Heard, now: datetime) -> Breaker:
    this = _slice(now)
    recent = [each for each in breaker.recent if each[0] > this - WINDOW // SLICE]
    if not recent or recent[-1][0] != this:
        recent.append((this, 0, 0))
    number, worked, failed = recent[-1]
    recent[-1] = (number, worked + heard.worked, failed + (not heard.worked))
    return replace(breaker, recent=tuple(recent) if any(failed for _, _, failed in recent) else ())


def _open_if_many(breaker: Breaker, now: datetime) -> Breaker:
    worked, failed = (sum(each[place] for each in breaker.recent) for place in (1, 2))
    total = worked + failed
    if breaker.in_a_row and (breaker.in_a_row >= IN_A_ROW or (total >= AT_LEAST and failed >= SHARE * total)):
        return _opened(breaker, FIRST_REST, now)
    return breaker


def _opened(breaker: Breaker, rest: timedelta, now: datetime) -> Breaker:
    return replace(breaker, state="open", since=now, until=now + rest, rest=rest, recent=(), probe=None)


def _slice(now: datetime) -> int:
    return (now - EPOCH) // SLICE
