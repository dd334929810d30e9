"""A plan: what the rule files would do that is not done now, rule by rule, and the name by which it is applied."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import clock, read
from firstwin.db.runs import find_run
from firstwin.rules.terms import Rule
from firstwin.tick.environment import Environment
from firstwin.tools.plan.changes import Change, changes, live_rules
from firstwin.tools.plan.compare import Difference, Group
from firstwin.tools.plan.past import Progress, differences, past_of
from firstwin.tools.plan.standing import Standing, standings

COUNTED: Final = ("right_now", "newly", "no_longer")
Versions = Mapping[str, str]  # by rule
Answer = Mapping[str, Mapping[str, int]]  # by rule: how many subjects, of each of COUNTED


@dataclass(frozen=True)
class RulePlan:
    """One rule that changes."""

    change: Change
    standing: Standing
    past: Difference

    def group(self, what: str) -> Group:
        return self.standing.right_now if what == "right_now" else getattr(self.past, what)


@dataclass(frozen=True)
class Plan:
    """What would change at ``at``, with the last ``since`` of history looked at."""

    at: datetime
    since: timedelta
    live: Versions
    files: Versions
    rules: tuple[RulePlan, ...]

    @property
    def answer(self) -> Answer:
        return {one.change.rule.id: {what: one.group(what).subjects for what in COUNTED} for one in self.rules}

    @property
    def hash(self) -> str:
        """Of the versions and the answer: a plan that is made again and tells the same is the same plan."""
        told = [self.since.total_seconds(), dict(self.live), dict(self.files), self.answer]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:10]

    def total(self, what: str) -> tuple[int, int]:
        """How many subjects of all rules that tell somebody something, each once, and how many nudges."""
        groups = [(one.change.rule, one.group(what)) for one in self.rules if not one.change.rule.only_records]
        subjects = {(rule.about, who) for rule, found in groups for who in found.who}
        return len(subjects), sum(len(found.nudges) for _, found in groups)


def make_plan(engine: Engine, env: Environment, since: timedelta, progress: Progress) -> Plan:
    """``env`` holds the rules of the files. Raises PlanError where what runs now is not known."""
    with read(engine) as connection:
        live, at = live_rules(connection), clock(connection)
        run = find_run(connection, tables.LIVE)
    at = run.at(at) if run else at
    before = replace(env, rules=live, _asked={})
    changed = changes(live, env.rules)
    rules = _answers(engine, before, env, changed, at, since, progress) if changed else ()
    return Plan(at, since, _versions(live), _versions(env.rules), rules)


def _versions(rules: Sequence[Rule]) -> dict[str, str]:
    return {rule.id: rule.version for rule in rules}


def _answers(
    engine: Engine, before: Environment, after: Environment, changed: Sequence[Change], at: datetime, since: timedelta,
    progress: Progress,
) -> tuple[RulePlan, ...]:  # fmt: skip
    now = standings(engine, before, after, changed)
    past = past_of(changed, at, since, after.every)
    found = differences(engine, before, after, changed, past, progress)
    return tuple(RulePlan(*one) for one in zip(changed, now, found, strict=True))
