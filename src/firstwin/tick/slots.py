"""Which slots a rule has to do: a grid in UTC, and what is made up after a gap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from firstwin.db.types import EPOCH
from firstwin.rules.terms import BecomesStart, Rule

MADE_UP_EVERY = timedelta(hours=1)
MADE_UP_AT_MOST = 72


def slot_of(now: datetime, every: timedelta) -> datetime:
    """The newest slot of the grid that is not after ``now``."""
    return EPOCH + (now - EPOCH) // every * every


def slots_to_do(rule: Rule, last: datetime | None, slot: datetime, every: timedelta) -> list[datetime]:
    """The slots from ``last`` on, in order.

    A state is sampled, so the slots that were missed are made up on an hourly grid, 72 at most; beyond that one full
    look at the present has to do. Events and dates are found by one look, however long the gap.
    """
    if last is not None and slot <= last:
        return []
    if last is None or not isinstance(rule.when, BecomesStart) or slot - last <= every:
        return [slot]
    missed = list(_grid(last, slot))
    return [*missed, slot] if len(missed) <= MADE_UP_AT_MOST else [slot]


def is_beyond_making_up(rule: Rule, last: datetime | None, slot: datetime) -> bool:
    """Whether the gap is too long to be made up slot by slot."""
    made_up = MADE_UP_EVERY * (MADE_UP_AT_MOST + 1)
    return last is not None and isinstance(rule.when, BecomesStart) and slot - last > made_up


def _grid(last: datetime, slot: datetime) -> Iterator[datetime]:
    at = slot_of(last, MADE_UP_EVERY) + MADE_UP_EVERY
    while at < slot:
        yield at
        at += MADE_UP_EVERY
