"""The guard: a backtest decides what ticks over the same stretch decide, slot by slot."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from firstwin.db import tables
from firstwin.rules.terms import NUDGED
from firstwin.tick.environment import Environment
from firstwin.tools.backtest import company
from firstwin.tools.backtest.came import Came
from firstwin.tools.backtest.grid import Grid, grid_of
from firstwin.tools.backtest.run import run_backtest
from firstwin.tools.replay import Stretch, replay
from firstwin.tools.scratch import NAME
from tests.match import naive
from tests.match.histories import AROUND, history, tick_times
from tests.match.packed import pack, store, store_subjects
from tests.tick.test_rules import CSM_ZONES, GROUPS, ZONE, reaching_everybody

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GRID = grid_of(AROUND - 4 * DAY, AROUND + 9 * DAY, 7 * HOUR)
ALONE = {  # nobody is there who records, or nudges, what these wait for
    "on-activation", "after another", "only if nudged since the start", "only if nudged by a step within",
}  # fmt: skip
HISTORIES = 80
SELDOM = {  # so many times as many histories, or nobody is nudged
    "person: people since start": 8, "person: total of the same": 30, "only if fell since the start": 4,
    "only if rose before the start": 4, "only if any person changed since the start": 4,
}  # fmt: skip
Line = tuple[str, str, str, str, str, datetime]


def world(engine: Engine, name: str, grid: Grid) -> Environment:
    rng = Random(sum(map(ord, name)))
    rules = GROUPS[name]
    slots = [*tick_times(rng, rules, kind=rules[0].about), *(grid.at(rng.randrange(grid.count)) for _ in range(4))]
    histories = HISTORIES * SELDOM.get(name, 1)
    facts = pack(history(rng, rules, slots, rules[0].about, "elsewhere") for _ in range(histories))
    store_subjects(engine, facts)
    store(engine, facts)
    ordered = naive.recorders_first([reaching_everybody(rule) for rule in rules])
    return Environment(tuple(ordered), zone=ZONE, csm_zones=CSM_ZONES)


def by_ticks(engine: Engine, env: Environment, grid: Grid) -> tuple[set[Line], set[Line]]:
    stretch = Stretch(grid.begin, grid.end, grid.every)
    run = replay(engine, env, stretch, lambda _: None, lambda _: None, Event()).run
    n, s = tables.nudge.c, tables.skip.c
    nudges = select(n.rule, n.subject, n.start_key, n.step, n.mode, n.decided_at).where(n.run == run)
    skips = select(s.rule, s.subject, s.start_key, s.step, s.reason, s.first_at).where(s.run == run)
    with engine.connect() as connection:
        return of_any_run(run, connection.execute(nudges)), of_any_run(run, connection.execute(skips))


def by_backtest(came: Came) -> tuple[set[Line], set[Line]]:
    sent = [one for found in came.sent.values() for one in found]
    left = [one for found in came.left.values() for one in found]
    nudges = of_any_run(NAME, ((o.rule, o.subject, o.key, o.step, o.mode, o.at) for o in sent))
    skips = of_any_run(NAME, ((o.rule, o.subject, o.key, o.step, o.reason, o.at) for o in left))
    assert len(nudges) == len(sent)
    return nudges, skips


def of_any_run(run: str, lines: Iterable[Iterable[Any]]) -> set[Line]:
    """A nudge is a fact of its run, which its id names; a start of a chain is called by that id."""
    return {(rule, subject, key.replace(f"{NUDGED}{run}.", NUDGED), *rest) for rule, subject, key, *rest in lines}


def rows_of_the_project(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables.metadata.sorted_tables
        }


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in GROUPS if name not in ALONE])
def test_a_backtest_decides_what_ticks_decide(engine: Engine, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(company, "PROGRAM", "raise SystemExit")  # so that this process does all shards, one by one
    env = world(engine, name, GRID)
    before = rows_of_the_project(engine)
    asked = next(rule for rule in env.rules if rule.id == GROUPS[name][0].id)
    quickly = run_backtest(engine, env, asked, GRID, lambda _: None)
    in_shards = run_backtest(engine, env, asked, GRID, lambda _: None, processes=3)
    by_slots = run_backtest(engine, env, asked, GRID, lambda _: None, by_slots=True)
    assert rows_of_the_project(engine) == before
    nudges, skips = by_ticks(engine, env, GRID)
    assert nudges
    assert by_backtest(by_slots) == (nudges, skips)
    assert by_backtest(quickly) == (nudges, skips)
    assert by_backtest(in_shards) == (nudges, skips)
