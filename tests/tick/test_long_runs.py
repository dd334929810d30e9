"""The guard over weeks: ticks every few hours, an outage of days, and ticks again, against the referee."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import Engine

from tests.match.histories import AROUND, history
from tests.match.packed import pack
from tests.match.pool_rules import TOGETHER
from tests.match.pool_starts import CHAINS, STARTS
from tests.tick.test_rules import GROUPS, World, by_the_referee, nudges_in, reaching_everybody, run_ticks

NAMES = [*STARTS, *(name for name in TOGETHER if name.split(" + ")[0] in CHAINS)]
HISTORIES = {"live": 25, "replay": 50}  # of two subjects each: beyond 50 nudges a day the breaker stops a live rule
GAPS = (timedelta(minutes=1), timedelta(hours=1), timedelta(hours=5), timedelta(hours=9))


def weeks(rng: Random) -> list[datetime]:
    slots = [AROUND - timedelta(days=1)]
    while len(slots) < 36:
        slots.append(slots[-1] + (timedelta(days=3, hours=1) if len(slots) == 18 else rng.choice(GAPS)))
    return slots


def long_world(name: str, run: str) -> World:
    rng, rules = Random(sum(map(ord, name))), GROUPS[name]
    slots = weeks(rng)
    facts = pack((history(rng, rules, slots, rules[0].about, run) for _ in range(HISTORIES[run])), named=run == "live")
    return World(tuple(reaching_everybody(rule) for rule in rules), facts, slots)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_weeks_of_ticks_nudge_whom_the_referee_would_nudge(engine: Engine, name: str) -> None:
    run = "live" if sum(map(ord, name)) % 2 else "replay"
    here = long_world(name, run)
    run_ticks(engine, here, run)
    wanted = by_the_referee(here, run)
    assert nudges_in(engine) == wanted
    assert wanted
