"""What the old and the new version of each changed rule would have done over the last days of the project's own history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from firstwin.rules.terms import Rule
from firstwin.tick.environment import Environment
from firstwin.tick.slots import slot_of
from firstwin.tools.backtest.came import Came, Sent
from firstwin.tools.backtest.grid import Grid, grid_of
from firstwin.tools.backtest.needed import needed
from firstwin.tools.backtest.run import run_together
from firstwin.tools.plan.changes import Change
from firstwin.tools.plan.compare import Difference, compare, reaching

EVERY: Final = timedelta(hours=1)
LONGEST_LEAD: Final = timedelta(days=60)
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Past:
    """From ``begin`` on, and ``lead`` before it: long enough for starts whose steps fall due in between."""

    begin: datetime
    grid: Grid


def past_of(changes: Sequence[Change], now: datetime, since: timedelta, every: timedelta) -> Past:
    """Hourly slots: finer ones would cost more than they tell, as both versions are asked at the same."""
    waits = [step.wait for one in changes for rule in (one.before, one.after) if rule for step in rule.all_steps]
    lead = min(max([timedelta(0), *waits]), LONGEST_LEAD)
    grid = max(every, EVERY)
    begin = slot_of(now - since, grid)
    return Past(begin, grid_of(slot_of(begin - lead, grid), now, grid))


def differences(
    engine: Engine, before: Environment, after: Environment, changes: Sequence[Change], past: Past, progress: Progress
) -> list[Difference]:
    """One for each change."""
    old = _came(engine, before, [one.before for one in changes], past, lambda share: progress(share / 2))
    new = _came(engine, after, [one.after for one in changes], past, lambda share: progress((1 + share) / 2))
    return [
        compare(_sent(old, one.before, past), _sent(new, one.after, past), one.former_steps)
        for one in changes
    ]  # fmt: skip


def _came(engine: Engine, env: Environment, asked: Sequence[Rule | None], past: Past, progress: Progress) -> Came:
    rules = with_needed([rule for rule in asked if rule is not None], env)
    if not rules:
        progress(1)
        return Came()
    # No feed was silent, as in a backtest: both versions wait for the same ones, and each slot would have to be looked at.
    return run_together(engine, replace(env, feeds=None), rules, past.grid, progress)


def with_needed(asked: Sequence[Rule], env: Environment) -> tuple[Rule, ...]:
    """These rules and all that they build on, in the order in which they tick."""
    ids = {one.id for rule in asked for one in needed(rule, env.rules)}
    return tuple(rule for rule in env.rules if rule.id in ids)


def _sent(came: Came, rule: Rule | None, past: Past) -> list[Sent]:
    return [] if rule is None else [one for one in reaching(rule, came.sent[rule.id]) if one.at >= past.begin]
