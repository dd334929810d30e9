"""Moments at which a clock strikes somewhere: what slots and facts are drawn around where a rule goes by the clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from random import Random

from firstwin.rules.terms_clock import ClockStart
from tests.match.naive_calendar import DAY, zone_named
from tests.match.naive_clock import strikes

# The clocks go on in Berlin on 29 March and back in Auckland on 5 April 2026, both a few days after the first slot.
CHANGES = (("Europe/Berlin", "2026-03-29T00:00:00+00:00"), ("Pacific/Auckland", "2026-04-04T12:00:00+00:00"))


def struck_near(
    rng: Random, clocks: Iterable[ClockStart], slots: Sequence[datetime], zones: Sequence[str]
) -> list[datetime]:
    """Some strikes of each clock close to the slots, and on the days on which a clock changes."""
    found: list[datetime] = []
    for clock in sorted(clocks, key=str):
        around = 5 * DAY if "month" in clock.every else 2 * DAY
        near = [(rng.choice(zones), rng.choice(slots)) for _ in range(3)]
        near += [(name, datetime.fromisoformat(moment)) for name, moment in CHANGES if rng.random() < 0.5]
        for name, moment in near:
            zone = zone_named(name)
            if zone is not None:
                found += [at for _, at in strikes(clock, zone, moment - around, moment + around)]
    return found


def changed_clocks(clocks: Iterable[ClockStart]) -> list[datetime]:
    """The strikes on the very days on which a clock is changed."""
    found: list[datetime] = []
    for clock in sorted(clocks, key=str):
        for name, change in CHANGES:
            zone, moment = zone_named(name), datetime.fromisoformat(change)
            found += [at for _, at in strikes(clock, zone, moment - DAY / 2, moment + DAY / 2)] if zone else []
    return found
