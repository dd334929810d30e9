"""Plays a test: each moment the rules are matched as the worker does it, and what comes of it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from firstwin.db.engine import read, write
from firstwin.db.runs import Run, open_run, set_clock
from firstwin.db.tables import step_due
from firstwin.messages.templates import Templates
from firstwin.rules.project import Project
from firstwin.rules.ruletest import RuleTest
from firstwin.rules.terms import NUDGED, Rule, Subject
from firstwin.rules.walk import read_by_rule
from firstwin.tick.environment import Environment
from firstwin.tick.rule import tick_all
from firstwin.tick.sync import sync_rules
from firstwin.tools.ruletests.moments import Ahead, Moments
from firstwin.tools.ruletests.post import ADDRESSES, Box, Post
from firstwin.tools.ruletests.telling import Telling, cast_of
from firstwin.tools.ruletests.world import World

RUN = "test"
NO_GAP = timedelta(days=366_000)  # the clock jumps, but nothing was missed meanwhile
MOST_MOMENTS = 5000
MILESTONE = "firstwin.milestone."


class NeverEndsError(Exception):
    """A test whose clock would go on for too long."""


@dataclass(frozen=True, eq=False)
class Stage:
    """What all tests of a project share. A rule in shadow is played as if it were live."""

    world: World
    env: Environment
    project: Project
    templates: Templates


@dataclass(frozen=True, eq=False)
class Played:
    """What came of a test stands in the world, in the run ``test``; ``end`` is the last moment that was looked at."""

    stage: Stage
    env: Environment
    rules: tuple[Rule, ...]
    box: Box
    end: datetime


def a_stage(world: World, env: Environment, project: Project, templates: Templates) -> Stage:
    rules = tuple(rule if rule.mode == "live" else replace(rule, mode="live") for rule in env.rules)
    return Stage(world, replace(env, rules=rules, addresses=ADDRESSES, every=NO_GAP, _asked={}), project, templates)


def play(stage: Stage, test: RuleTest) -> Played:
    """Raises NeverEndsError."""
    if test.sent_at is None:
        return _Player(stage, test).play()
    _Player(stage, test).play(until=test.sent_at)
    with read(stage.world.engine) as connection:
        asked = {"rules": list(test.rule), "at": test.sent_at}
        late_from = connection.execute(_LAST_DUE, asked).scalar_one()
    return _Player(stage, test, late_from).play()


_LAST_DUE: Select[Any] = select(func.max(step_due.c.due_at)).where(
    step_due.c.run == RUN, step_due.c.rule.in_(bindparam("rules", expanding=True)), step_due.c.due_at <= bindparam("at")
)


class _Player:
    """From ``late_from`` until the test's ``sent_at`` the worker stands still; up to then it looked as always."""

    def __init__(self, stage: Stage, test: RuleTest, late_from: datetime | None = None) -> None:
        self._stage = stage
        self._test = test
        self._watched = tuple(rule for rule in stage.env.rules if rule.id in test.rule)
        rules = tuple(_needed(stage.env.rules, self._watched))
        self._env = replace(stage.env, rules=rules)
        every = stage.project.tick_every
        looked = late_from and late_from - every
        said = [moment for moment in (test.rule_since, test.sent_at, test.until, looked) if moment is not None]
        self._moments = Moments(rules, every, {"UTC", stage.env.zone, *stage.env.csm_zones.values()}, said)
        self._late_from = late_from
        self._late_until = test.sent_at and self._moments.slot(test.sent_at)
        self._before = self._moments.slot(test.begins) - every
        self._box = Box(self._before)
        self._post = Post(stage.world.engine, self._env, stage.project, stage.templates, self._box)

    def play(self, *, until: datetime | None = None) -> Played:
        self._stage.world.begin_anew()
        with write(self._stage.world.engine) as connection:
            self._begin(connection)
        end = self._before
        for count, now in enumerate(self._clock(until or self._test.until)):
            if count >= MOST_MOMENTS:
                raise NeverEndsError(f"After {MOST_MOMENTS:,} moments it still goes on: say `until:`.")
            self._look(now)
            end = now
        return Played(self._stage, self._env, self._watched, self._box, end)

    def _begin(self, connection: Connection) -> None:
        """What a rule reads of others is there already; the rule itself is new at the beginning, or when the test says."""
        test = self._test
        self._run = open_run(connection, RUN, virtual_from=self._before, rate=0)
        cast = cast_of(test)
        Telling(test, cast, self._before, _milestones(self._env.rules)).tell(connection, RUN, self._stage.project.zone)
        sync_rules(connection, RUN, self._there_before, self._before)

    def _clock(self, until: datetime | None) -> Iterator[datetime]:
        now: datetime | None = self._before
        while now is not None and (until is None or now <= until):
            if not self._stands_still(now):
                yield now
            now = self._next(now)

    def _next(self, now: datetime) -> datetime | None:
        """Once what is due has gone out. While the worker stands still nothing happens, and so nothing comes before its end."""
        if self._stands_still(now):
            return self._late_until
        ahead = self._ahead(now)
        if ahead.to:
            self._post.drain(RUN, ahead.to, now)
            ahead = self._ahead(now)
        return ahead.at

    def _ahead(self, now: datetime) -> Ahead:
        with read(self._stage.world.engine) as connection:
            return self._moments.after(connection, RUN, now)

    def _stands_still(self, now: datetime) -> bool:
        return (
            self._late_from is not None and self._late_until is not None and self._late_from <= now < self._late_until
        )

    def _look(self, now: datetime) -> None:
        """After standing still the worker makes up what it missed; a jump of the clock misses nothing."""
        run, env = self._at(now), self._env
        if self._late_from is not None and now == self._late_until:
            env = replace(env, every=self._stage.project.tick_every)
        if self._test.rule_since is not None and now < self._test.rule_since:
            env = replace(env, rules=self._there_before)
        tick_all(self._stage.world.engine, env, run, now)

    @cached_property
    def _there_before(self) -> tuple[Rule, ...]:
        """The rules that are no newer than the first event."""
        new = () if self._test.rule_since is None else self._test.rule
        return tuple(rule for rule in self._env.rules if rule.id not in new)

    def _at(self, now: datetime) -> Run:
        since = self._test.rule_since
        with write(self._stage.world.engine) as connection:
            set_clock(connection, RUN, now)
            if since is not None and self._moments.slot(since) == now:
                sync_rules(connection, RUN, self._env.rules, since)
        return replace(self._run, virtual_from=now)


def _needed(rules: Sequence[Rule], watched: Sequence[Rule]) -> list[Rule]:
    """These rules, and those whose milestones or nudges they read, in the order in which they build on each other."""
    needed = {rule.id for rule in watched}
    for rule in reversed(rules):
        if rule.id in needed:
            names = read_by_rule(rule)
            needed |= {other.id for other in rules if _feeds(other, names)}
    return [rule for rule in rules if rule.id in needed]


def _feeds(rule: Rule, names: frozenset[str]) -> bool:
    return f"{NUDGED}{rule.id}" in names or any(f"{MILESTONE}{milestone}" in names for milestone in rule.milestones)


def _milestones(rules: Sequence[Rule]) -> dict[str, Subject]:
    return {milestone: rule.about for rule in rules for milestone in rule.milestones}
