"""Runs one rule over the project's own history, with all that it builds on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Engine

from firstwin.rules.terms import Rule
from firstwin.tick.environment import Environment
from firstwin.tools.backtest.came import Came
from firstwin.tools.backtest.grid import Grid
from firstwin.tools.backtest.needed import needed, one_by_one, own_names
from firstwin.tools.backtest.slots import go_through
from firstwin.tools.scratch import scratch


def run_backtest(engine: Engine, env: Environment, rule: Rule, grid: Grid, progress: Callable[[float], None]) -> Came:
    """What the rule and those that it builds on would have done. ``progress`` hears the share that is done."""
    came = Came()
    rules = needed(rule, env.rules)
    env = replace(env, rules=rules, every=grid.every, told=came.hear, _asked={})
    with scratch(engine, rules, grid.begin, own_facts=any(map(own_names, rules))) as (connection, run):
        groups = [(one,) for one in rules] if one_by_one(rules) else [rules]
        for place, group in enumerate(groups):

            def told(done: int, place: int = place) -> None:
                progress((place + done / grid.count) / len(groups))

            go_through(connection, env, run, group, grid, told, jumps=len(groups) == len(rules))
    return came
