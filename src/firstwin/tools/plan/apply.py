"""Brings the rule files live, if they still do what the plan said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine

from firstwin.db import tables
from firstwin.db.engine import alone, clock, read, write
from firstwin.db.runs import open_run
from firstwin.tick.environment import Environment
from firstwin.tick.sync import sync_rules
from firstwin.tools.plan.changes import PlanError, live_versions
from firstwin.tools.plan.past import Progress
from firstwin.tools.plan.plan import COUNTED, Answer, Plan, Versions, make_plan
from firstwin.tools.plan.stored import Stored, find, note_applied

SLACK: Final = 5  # subjects: with a handful of accounts a single one is a large share
WORDS: Final = {"right_now": "nudged right now", "newly": "newly nudged", "no_longer": "no longer nudged"}
ANEW: Final = "Look at a new one: `firstwin plan`."


@dataclass(frozen=True)
class Applying:
    """``share`` is how far each figure of the plan may have moved since: 0.1 for 10%."""

    engine: Engine
    env: Environment
    name: str
    share: float
    who: str

    def check(self, progress: Progress) -> Plan:
        """The plan made anew. Raises PlanError, with what moved, where it is not what was looked at."""
        with read(self.engine) as connection:
            found = find(connection, self.name)
            live = live_versions(connection)
        if found is None:
            msg = f"No plan is called {self.name}. {ANEW}"
            raise PlanError(msg)
        self._must_be_the_same(found, live)
        made = make_plan(self.engine, self.env, found.since, progress)
        if moved := list(_moved(found.answer, made.answer, self.share)):
            msg = "\n".join(["What the files would do has moved since the plan:", *moved, ANEW])
            raise PlanError(msg)
        return made

    def _must_be_the_same(self, found: Stored, live: Versions) -> None:
        files = {rule.id: rule.version for rule in self.env.rules}
        if other := _different(found.files, files):
            msg = f"The files are not those of the plan: {other}. {ANEW}"
            raise PlanError(msg)
        if live == files:
            msg = "These files are live already: there is nothing to apply."
            raise PlanError(msg)
        if other := _different(found.live, live):
            msg = f"What runs is no longer what the plan compared the files with: {other}. {ANEW}"
            raise PlanError(msg)

    def apply(self, made: Plan) -> None:
        """Raises PlanError where somebody else has brought rules live in between."""
        with write(self.engine) as connection:
            run = open_run(connection, tables.LIVE)
            alone(connection, "sync")
            self._nobody_was_faster(connection, made)
            real = clock(connection)
            sync_rules(connection, run.id, self.env.rules, run.at(real))
            note_applied(connection, self.name, who=self.who, at=real)

    def _nobody_was_faster(self, connection: Connection, made: Plan) -> None:
        if other := _different(made.live, live_versions(connection)):
            msg = f"Somebody else has just brought rules live: {other}. {ANEW}"
            raise PlanError(msg)


def _different(one: Versions, other: Versions) -> str:
    """The rules that are not in the same version in both."""
    return ", ".join(sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name)))


def _moved(planned: Answer, now: Answer, share: float) -> Iterator[str]:
    for rule in sorted(planned.keys() | now.keys()):
        for what in COUNTED:
            was, is_ = planned.get(rule, {}).get(what, 0), now.get(rule, {}).get(what, 0)
            if abs(is_ - was) > max(SLACK, share * was):
                yield f"  {rule}: {WORDS[what]} {was:,} → {is_:,}"
