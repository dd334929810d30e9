"""The guard: a backtest decides what ticks over the same stretch decide, slot by slot."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from threading import Event

import pytest
from sqlalchemy import Engine, func, select

from firstwin.db import tables
from firstwin.rules.terms import Record, Rule, Webhook
from firstwin.tick.environment import Environment
from firstwin.tools.backtest.came import Came
from firstwin.tools.backtest.grid import Grid, grid_of
from firstwin.tools.backtest.run import run_backtest
from firstwin.tools.replay import Stretch, replay
from tests.match import naive
from tests.match.histories import AROUND, history, tick_times
from tests.match.packed import pack, store, store_subjects
from tests.match.pool_rules import RULES, TOGETHER

ZONE = "Europe/Berlin"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GROUPS: dict[str, tuple[Rule, ...]] = {**{name: (rule,) for name, rule in RULES.items()}, **TOGETHER}
del GROUPS["on-activation"]  # alone it has nobody who records what it waits for
GRID = grid_of(AROUND - 4 * DAY, AROUND + 9 * DAY, 7 * HOUR)
Line = tuple[str, str, str, str, str, datetime]


def reaching_everybody(rule: Rule) -> Rule:
    """The rule with messages that need no address: whom a mail reaches is another test's business."""
    steps = tuple(
        replace(step, actions=tuple(a if isinstance(a, Record) else Webhook("post", "crm") for a in step.actions))
        for step in rule.steps
    )
    return replace(rule, steps=steps, version=f"{rule.id}-1")


def world(engine: Engine, name: str, grid: Grid) -> Environment:
    rng = Random(sum(map(ord, name)))
    rules = GROUPS[name]
    slots = [*tick_times(rng, rules, kind=rules[0].about), *(grid.at(rng.randrange(grid.count)) for _ in range(4))]
    facts = pack(history(rng, rules, slots, rules[0].about, "elsewhere") for _ in range(80))
    store_subjects(engine, facts)
    store(engine, facts)
    return Environment(tuple(naive.recorders_first([reaching_everybody(rule) for rule in rules])), zone=ZONE)


def by_ticks(engine: Engine, env: Environment, grid: Grid) -> tuple[set[Line], set[Line]]:
    stretch = Stretch(grid.begin, grid.end, grid.every)
    run = replay(engine, env, stretch, lambda _: None, lambda _: None, Event()).run
    n, s = tables.nudge.c, tables.skip.c
    nudges = select(n.rule, n.subject, n.start_key, n.step, n.mode, n.decided_at).where(n.run == run)
    skips = select(s.rule, s.subject, s.start_key, s.step, s.reason, s.first_at).where(s.run == run)
    with engine.connect() as connection:
        return set(map(tuple, connection.execute(nudges))), set(map(tuple, connection.execute(skips)))


def by_backtest(came: Came) -> tuple[set[Line], set[Line]]:
    sent = [one for found in came.sent.values() for one in found]
    left = [one for found in came.left.values() for one in found]
    nudges = {(o.rule, o.subject, o.key, o.step, o.mode, o.at) for o in sent}
    skips = {(o.rule, o.subject, o.key, o.step, o.reason, o.at) for o in left}
    assert len(nudges) == len(sent)
    return nudges, skips


def rows_of_the_project(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables.metadata.sorted_tables
        }


# Chains of nudges, and counts since the start in rules about people: ticks and backtests still differ in some histories.
STILL_DIFFER = {
    "after-a-state + nudge-and-over", "after-either + series-of-nudges + first-nudge", "after-the-second-step + series-of-nudges",
    "person-after + person-nudge", "second-nudge + first-nudge", "person: people since start", "person: total of the same",
}  # fmt: skip
EACH = [
    pytest.param(name, marks=pytest.mark.xfail(reason="still differs", strict=False) if name in STILL_DIFFER else ())
    for name in GROUPS
]


@pytest.mark.slow
@pytest.mark.parametrize("name", EACH)
def test_a_backtest_decides_what_ticks_decide(engine: Engine, name: str) -> None:
    env = world(engine, name, GRID)
    before = rows_of_the_project(engine)
    asked = next(rule for rule in env.rules if rule.id == GROUPS[name][0].id)
    quickly = run_backtest(engine, env, asked, GRID, lambda _: None)
    by_slots = run_backtest(engine, env, asked, GRID, lambda _: None, by_slots=True)
    assert rows_of_the_project(engine) == before
    nudges, skips = by_ticks(engine, env, GRID)
    assert nudges
    assert by_backtest(by_slots) == (nudges, skips)
    assert by_backtest(quickly) == (nudges, skips)
