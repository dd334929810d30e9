"""A whole backtest: which stretch and which grid, the run, and what it told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select

from firstwin.db import tables
from firstwin.db.engine import read
from firstwin.outbox.restraint import Restraint
from firstwin.rules.terms import BecomesStart, Rule
from firstwin.tick.environment import Environment
from firstwin.tick.slots import slot_of
from firstwin.tools.backtest.figures import Figures, figures
from firstwin.tools.backtest.grid import Grid, grid_of
from firstwin.tools.backtest.run import run_backtest

STATES_EVERY = timedelta(hours=1)


class NoFactsError(Exception):
    """There is nothing to go back over; the message says what to do."""


@dataclass(frozen=True)
class Wanted:
    """The stretch that was asked for. ``every`` is None where the rule's own grid will do."""

    since: datetime
    until: datetime
    every: timedelta | None = None


@dataclass(frozen=True)
class Report:
    """``first_fact`` is set where the history begins only after what was asked for.

    ``judged`` names what the project sets for all mails, and was played: ``quiet_hours``, ``caps``. ``caps_alerts``: it also
    caps the alerts of CSMs, which was not.
    """

    rule: str
    since: datetime
    until: datetime
    every: timedelta
    slots: int
    first_fact: datetime | None
    judged: tuple[str, ...]
    caps_alerts: bool
    figures: Figures


def backtest(
    engine: Engine,
    env: Environment,
    rule: Rule,
    wanted: Wanted,
    restraint: Restraint,
    progress: Callable[[float], None],
) -> Report:
    """What the rule would have done under what the project sets for all of its rules.

    Raises NoFactsError where nothing is known of that stretch.
    """
    first = _first_fact(engine)
    if first is None or first > wanted.until:
        raise NoFactsError(_no_facts(first, wanted))
    grid = _grid(env, rule, wanted, first)
    came = run_backtest(engine, env, rule, grid, progress, restraint=restraint)
    later = first if first > wanted.since else None
    found = figures(came, rule.id, restraint.daily_cap)
    caps_alerts = restraint.frequency.caps.csm is not None
    return Report(rule.id, grid.begin, grid.end, grid.every, grid.count, later, restraint.of_mails, caps_alerts, found)


def _grid(env: Environment, rule: Rule, wanted: Wanted, first: datetime) -> Grid:
    """States are sampled, hourly; events and dates are looked for as often as the project ticks."""
    every = wanted.every or (max(STATES_EVERY, env.every) if isinstance(rule.when, BecomesStart) else env.every)
    return grid_of(slot_of(max(wanted.since, first), every), wanted.until, every)


def _first_fact(engine: Engine) -> datetime | None:
    """When the oldest fact happened that came from outside."""
    e = tables.event.c
    with read(engine) as connection:
        found: datetime | None = connection.execute(select(func.min(e.occurred_at)).where(e.run.is_(None))).scalar_one()
    return found


def _no_facts(first: datetime | None, wanted: Wanted) -> str:
    if first is None:
        return "No fact has come in yet: `firstwin import --history FILE` brings the past."
    return (
        f"The oldest fact is of {first:%Y-%m-%d %H:%M} UTC, and nothing is known before {wanted.until:%Y-%m-%d %H:%M}."
    )
