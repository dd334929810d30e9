"""Runs one rule over the project's own history, with all that it builds on."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine

from firstwin.db.engine import read
from firstwin.db.runs import Run
from firstwin.db.statistics import renew_statistics
from firstwin.decide.value import Decision
from firstwin.match.changed import NotAMoment
from firstwin.match.seen import seen_by
from firstwin.outbox.restraint import Restraint
from firstwin.rules.terms import Rule
from firstwin.tick.environment import Environment
from firstwin.tools.backtest.asking import NeedsSlots
from firstwin.tools.backtest.came import Came, GoalMet
from firstwin.tools.backtest.company import Company
from firstwin.tools.backtest.departures import Departures
from firstwin.tools.backtest.goal import MILESTONE, Reaching, goal_of
from firstwin.tools.backtest.grid import Grid
from firstwin.tools.backtest.needed import needed, one_by_one, own_names
from firstwin.tools.backtest.plain import may_go_together
from firstwin.tools.backtest.shards import EVERYBODY, Shard
from firstwin.tools.backtest.sight import sight
from firstwin.tools.backtest.slots import Told, go_through
from firstwin.tools.backtest.together import Together
from firstwin.tools.backtest.wires import SlotBySlot
from firstwin.tools.scratch import scratch

Progress = Callable[[float], None]  # hears the share that is done
Hears = Callable[[datetime, Sequence[Decision]], None]
UNRESTRAINED: Final = Restraint()


def run_backtest(
    engine: Engine, env: Environment, rule: Rule, grid: Grid, progress: Progress, *, by_slots: bool = False,
    restraint: Restraint = UNRESTRAINED, processes: int | None = None,
) -> Came:  # fmt: skip
    """What the rule and those that it builds on would have done; nothing is written into the project's tables.

    ``restraint`` says when the rule's mails may leave, and how many. ``by_slots`` goes slot by slot even where there is a faster way to the same answer.
    ``processes``: how many share it, where it can be shared; None for as many as are worth it.
    """
    renew_statistics(engine)
    came, goal = Came(), goal_of(rule, env)
    rules = needed(rule, env.rules, (MILESTONE,))
    env = replace(env, rules=rules, every=grid.every, told=came.hear, _asked={})
    own_facts = any(map(own_names, rules))
    with (
        _nothing_collected(),
        sight(engine) as seen,
        scratch(engine, rules, grid.begin, own_facts=own_facts) as (connection, run),
    ):
        departures = Departures(connection, rule, restraint, grid) if restraint.of_mails else None
        if departures is not None:
            env = replace(env, told=_both(came.hear, departures.hear))
        company = Company(engine, seen, processes)
        _Backtest(connection, env, run, grid, came, company, departures, by_slots=by_slots).go(progress)
        if departures is not None:
            with read(engine) as others:
                came.depart(rule.id, departures.fates(others))
        if goal is not None:
            reaching = Reaching(connection, env, run.id, rule, goal, grid)
            came.goal = GoalMet(
                goal.says, reaching.pairs(came.arrived(rule.id)), reaching.pairs(came.not_arrived(rule.id))
            )
    return came


def run_together(engine: Engine, env: Environment, rules: Sequence[Rule], grid: Grid, progress: Progress) -> Came:
    """The same of several rules at once, ``rules`` with all that they build on: a milestone is recorded once for all."""
    renew_statistics(engine)
    came = Came()
    env = replace(env, rules=tuple(rules), every=grid.every, told=came.hear, _asked={})
    own_facts = any(map(own_names, rules))
    with _nothing_collected(), scratch(engine, rules, grid.begin, own_facts=own_facts) as (connection, run):
        _Backtest(connection, env, run, grid, came, None, None, by_slots=False).go(progress)
    return came


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Millions of small objects that all live on: looking for circles among them, again and again, takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(frozen=True)
class _Backtest:
    connection: Connection
    env: Environment
    run: Run
    grid: Grid
    came: Came
    company: Company | None
    departures: Departures | None
    by_slots: bool

    def go(self, progress: Progress) -> None:
        """Rule after rule where each builds only on those before it; else all of them, slot after slot."""
        rules = self.env.rules
        if not one_by_one(rules):
            self._slot_by_slot(rules, _part(progress, 0, 1, self.grid), jumps=False)
            return
        for place, rule in enumerate(rules):
            self._one(rule, _part(progress, place, len(rules), self.grid))

    def _one(self, rule: Rule, told: Told) -> None:
        asked = self.env.asked(rule, seen_by(self.connection, self.run.id))
        if not self.by_slots and may_go_together(asked, self.env, self.env.rules) and self._together(rule, told):
            return
        self._slot_by_slot((rule,), told, jumps=True)

    def _slot_by_slot(self, rules: Sequence[Rule], told: Told, *, jumps: bool) -> None:
        if self.departures is None:
            go_through(self.connection, self.env, self.run, rules, self.grid, told, jumps=jumps)
            return
        wire = SlotBySlot(self.connection, self.env, self.run, self.departures)
        go_through(self.connection, self.env, self.run, rules, self.grid, told, jumps=jumps, before=wire.before)
        wire.until(self.grid.end)

    def _together(self, rule: Rule, told: Told) -> bool:
        """Whether it could be done so. If not, it has left no trace."""
        with self._shared(rule) as shards:
            attempt = self.connection.begin_nested()
            try:
                Together(self.connection, self.env, self.run, rule, self.grid, self._of(rule)).go(told, shards)
            except (NeedsSlots, NotAMoment):
                attempt.rollback()
                self.came.forget(rule.id)
                if (departures := self._of(rule)) is not None:
                    departures.forget()
                return False
        attempt.commit()
        return True

    def _shared(self, rule: Rule) -> AbstractContextManager[Iterable[Shard]]:
        """With other processes, where none needs to know what another one wrote or decided."""
        is_for_itself = not own_names(rule) and not rule.milestones
        if self.company is None or self.departures is not None or not is_for_itself:
            return nullcontext([EVERYBODY])
        return self.company.share(self.connection, self.env, rule, self.grid, self.came)

    def _of(self, rule: Rule) -> Departures | None:
        """Where its mails are watched."""
        return self.departures if self.departures is not None and self.departures.rule.id == rule.id else None


def _both(one: Hears, other: Hears) -> Hears:
    def told(now: datetime, decisions: Sequence[Decision]) -> None:
        one(now, decisions)
        other(now, decisions)

    return told


def _part(progress: Progress, place: int, parts: int, grid: Grid) -> Told:
    return lambda done: progress((place + done / grid.count) / parts)
