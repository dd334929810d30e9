"""What the first tick after going live would do: tried out on a copy of the live run's memory, then taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, func, select

from firstwin.db import tables
from firstwin.db.runs import Run
from firstwin.rules.terms import Rule
from firstwin.rules.terms_clock import ClockStart
from firstwin.tick.environment import Environment
from firstwin.tick.policy import policy_at
from firstwin.tick.rule import tick_within
from firstwin.tick.sync import sync_rules
from firstwin.tools.backtest.came import Came
from firstwin.tools.plan.changes import Change
from firstwin.tools.plan.compare import Group, group, reaching
from firstwin.tools.plan.copy import copy_of_live, next_slot
from firstwin.tools.plan.past import with_needed
from firstwin.tools.plan.running import Running, running, waiting

BACKFILLS: Final = (timedelta(0), timedelta(days=7), timedelta(days=30))
rule_row, start = tables.rule.c, tables.start.c


@dataclass(frozen=True)
class Reach:
    """Of one choice of ``backfill``: how many subjects the rule would take up, and nudge at once."""

    backfill: timedelta
    subjects: int
    right_now: int


@dataclass(frozen=True)
class Standing:
    """One change at its first tick. ``as_it_is`` is what the rule would do at that tick if nothing changed."""

    right_now: Group
    as_it_is: Group
    running: Running
    notes: tuple[str, ...] = ()
    reach: tuple[Reach, ...] = ()


@dataclass(frozen=True)
class _Tried:
    came: Came
    notes: Mapping[str, tuple[str, ...]]
    running: Mapping[str, Running] = field(default_factory=dict)
    taken: Mapping[str, int] = field(default_factory=dict)


def standings(engine: Engine, before: Environment, after: Environment, changes: Sequence[Change]) -> list[Standing]:
    """One for each change."""
    olds = [one.before for one in changes if one.before]
    news = [one.after for one in changes if one.after]
    needed = (*with_needed(olds, before), *with_needed(news, after))
    renamed = [one.before.id for one in changes if one.before and one.kind == "renamed"]
    with copy_of_live(engine, needed, renamed) as (connection, run, now):
        slot = next_slot(connection, sorted({rule.id for rule in needed}), now, after.every)
        trial = _Trial(connection, run, now, slot)
        as_it_is, changed = trial.go(before, olds, ()), trial.go(after, news, changes)
        return [_standing(one, as_it_is, changed, trial, after) for one in changes]


def _standing(change: Change, as_it_is: _Tried, changed: _Tried, trial: _Trial, env: Environment) -> Standing:
    return Standing(
        _group(changed, change.after),
        _group(as_it_is, change.before),
        changed.running[change.rule.id],
        changed.notes.get(change.rule.id, ()),
        trial.reach(env, change.rule) if change.kind == "new" else (),
    )


def _group(tried: _Tried, rule: Rule | None) -> Group:
    return Group() if rule is None else group(reaching(rule, tried.came.sent[rule.id]))


@dataclass(frozen=True)
class _Trial:
    """Everything that is tried leaves the copy as it was."""

    connection: Connection
    run: Run
    now: datetime
    slot: datetime

    def go(self, env: Environment, asked: Sequence[Rule], changes: Sequence[Change]) -> _Tried:
        came, before = Came(), {one: waiting(self.connection, one) for one in changes}
        with self._taken_back():
            sync_rules(self.connection, self.run.id, env.rules, self.now)
            runs = {one.rule.id: running(self.connection, one, was) for one, was in before.items()}
            env = replace(env, told=came.hear, _asked={})
            tripped = {rule.id: self._tick(env, rule) for rule in with_needed(asked, env)}
            return _Tried(came, self._notes(env, tripped), runs, self._subjects())

    @contextmanager
    def _taken_back(self) -> Iterator[None]:
        attempt = self.connection.begin_nested()
        try:
            yield
        finally:
            attempt.rollback()

    def _tick(self, env: Environment, rule: Rule) -> str:
        """Every slot that is due, as a worker would. Why the rule was paused by itself."""
        tripped = ""
        while (done := tick_within(self.connection, env, self.run, rule, self.slot)).outcome == "done":
            tripped = tripped or done.tripped
        return tripped

    def _notes(self, env: Environment, tripped: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        query = select(rule_row.id, rule_row.held_why).where(rule_row.run == self.run.id)
        held = dict(self.connection.execute(query).all())
        policy = policy_at(self.connection, env)
        return {rule: tuple(_sentences(why, held.get(rule), policy.paused or rule in policy.paused_rules)) for rule, why in tripped.items()}  # fmt: skip

    def _subjects(self) -> dict[str, int]:
        """By rule: whom its starts that were taken are about."""
        taken = (start.run == self.run.id, start.state.in_(["open", "done"]))
        query = select(start.rule, func.count(start.subject.distinct())).where(*taken).group_by(start.rule)
        return dict(self.connection.execute(query).all())

    def reach(self, env: Environment, rule: Rule) -> tuple[Reach, ...]:
        """What each choice of ``backfill`` would come to. A clock, and what a rule only records, look back by themselves."""
        if rule.only_records or isinstance(rule.when, ClockStart):
            return ()
        return tuple(self._reach(env, replace(rule, backfill=length)) for length in BACKFILLS)

    def _reach(self, env: Environment, rule: Rule) -> Reach:
        rules = tuple(rule if one.id == rule.id else one for one in env.rules)
        tried = self.go(replace(env, rules=rules), [rule], ())
        return Reach(rule.backfill, tried.taken.get(rule.id, 0), _group(tried, rule).subjects)


def _sentences(tripped: str, held: str | None, paused: bool) -> Iterator[str]:
    if tripped:
        yield f"it would pause itself: {tripped}"
    elif paused:
        yield "it is paused: nothing goes out until `firstwin resume`"
    if held:
        yield f"it would hold its nudges: {held}"
