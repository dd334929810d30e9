"""A small world for tests of ticks: facts put in by hand, rules built by hand, and a clock that the test moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Table, insert, select

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.db.runs import Run, open_run
from firstwin.rules.terms import Action, Again, EventStart, Rule, Step, Webhook
from firstwin.tick.environment import Environment
from firstwin.tick.rule import Ticked, tick_all
from firstwin.tick.sync import sync_rules

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POST = Webhook("post", "crm")


def rule(rule_id: str = "welcome", wait: timedelta = timedelta(0), *actions: Action, **more: Any) -> Rule:
    """A rule about signups; ``more`` replaces any part of it."""
    made = Rule(
        rule_id,
        "account",
        EventStart(("signed_up",)),
        (Step("", wait, actions or (POST,)),),
        Again("never"),
        version="1",
    )
    return replace(made, **more)


@dataclass
class World:
    """Rules over one database. ``tick`` does the slot at a moment counted from T0."""

    engine: Engine
    rules: Sequence[Rule]
    run_id: str = "live"
    every: timedelta = DAY * 3650
    since: timedelta = timedelta(0)  # from when on the rules count
    run: Run = field(init=False)
    env: Environment = field(init=False)

    def __post_init__(self) -> None:
        with write(self.engine) as connection:
            self.run = open_run(connection, self.run_id, virtual_from=T0, rate=0, sends=True)
        self.know(*self.rules, at=self.since)

    def know(self, *rules: Rule, at: timedelta) -> None:
        """These are the rules from now on."""
        self.env = Environment(tuple(rules), every=self.every)
        with write(self.engine) as connection:
            sync_rules(connection, self.run_id, rules, T0 + at)

    def account(self, name: str, at: timedelta = -30 * DAY) -> None:
        with write(self.engine) as connection:
            connection.execute(insert(tables.account).values(id=name, traits={}, asserted={}))
        self.fact("firstwin.account.created_at", at, name, value_at=T0 + at)

    def fact(
        self, name: str, at: timedelta, account: str = "acme", arrives: timedelta | None = None, **more: Any
    ) -> None:
        """An event at a moment counted from T0; ``props`` and other columns may be given."""
        arrived = T0 + (at if arrives is None else arrives)
        row = {"account_id": account, "name": name, "props": {}, "occurred_at": T0 + at, "received_at": arrived}
        with write(self.engine) as connection:
            connection.execute(insert(tables.event).values({**row, "known_at": arrived, **more}))

    def tick(self, at: timedelta, *, everyone: bool = False) -> list[Ticked]:
        return tick_all(self.engine, self.env, self.run, T0 + at, everyone=everyone)

    def nudges(self) -> list[tuple[str, str, str]]:
        n = tables.nudge.c
        return [tuple(row) for row in self._rows(select(n.rule, n.subject, n.step).order_by(n.id))]

    def skips(self) -> list[tuple[str, str]]:
        s = tables.skip.c
        return [tuple(row) for row in self._rows(select(s.subject, s.reason).order_by(s.first_at, s.subject))]

    def count(self, table: Table) -> int:
        return len(self._rows(select(table)))

    def starts(self) -> list[tuple[str, str | None]]:
        s = tables.start.c
        return [tuple(row) for row in self._rows(select(s.state, s.reason).order_by(s.id))]

    def milestones(self) -> list[tuple[str, datetime]]:
        e = tables.event.c
        query = select(e.account_id, e.occurred_at).where(e.name.like("firstwin.milestone.%")).order_by(e.seq)
        return [tuple(row) for row in self._rows(query)]

    def _rows(self, query: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(query))
