"""A stretch played in earnest, but for the clock: the worker's ticks, and between them its claims, its wire and its caps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.db.runs import Run, open_run, set_clock
from firstwin.outbox.claim import claim, fences
from firstwin.outbox.destinations import know
from firstwin.outbox.outcome import Outcome
from firstwin.outbox.restraint import Restraint
from firstwin.outbox.rows import IS_WAITING
from firstwin.outbox.settle import settle
from firstwin.outbox.wire import wire
from firstwin.tick.environment import Environment
from firstwin.tick.rule import tick_all
from firstwin.tick.standing import AtTheWire
from firstwin.tick.sync import sync_rules
from firstwin.tools.backtest.came import Came
from firstwin.tools.backtest.grid import Grid

RUN, MAIL = "played", "mail"
Line = tuple[
    str, str, str, str | None, datetime, str
]  # of which subject, start and step, to whom, when, and what became

delivery = tables.delivery.c


@dataclass(frozen=True)
class Played:
    """``env`` as a backtest is given it. Ticks are the grid's; a mail goes out at its moment, whenever that is."""

    engine: Engine
    env: Environment
    restraint: Restraint
    grid: Grid

    def mails(self, rule: str) -> set[Line]:
        with write(self.engine) as connection:
            run = open_run(connection, RUN, virtual_from=self.grid.begin, rate=0, sends=True)
            sync_rules(connection, RUN, self.env.rules, self.grid.begin)
            know(connection, [MAIL])
        env = replace(self.env, every=self.grid.every, _asked={})
        for slot in map(self.grid.at, range(self.grid.count)):
            while (moment := self._next()) is not None and moment < slot:
                self._deliver(env, moment)
            self._tick(env, run, slot)
            self._deliver(env, slot)
        return self._came(rule)

    def _next(self) -> datetime | None:
        with read(self.engine) as connection:
            query = select(func.min(delivery.due_at)).where(delivery.run == RUN, IS_WAITING)
            found: datetime | None = connection.execute(query).scalar_one()
        return found

    def _tick(self, env: Environment, run: Run, slot: datetime) -> None:
        with write(self.engine) as connection:
            set_clock(connection, RUN, slot)
        tick_all(self.engine, env, replace(run, virtual_from=slot), slot)

    def _deliver(self, env: Environment, moment: datetime) -> None:
        with write(self.engine) as connection:
            set_clock(connection, RUN, moment)
            leased = claim(connection, RUN, MAIL, "worker")
            wired = wire(connection, RUN, fences(leased), AtTheWire(env), env.addresses, self.restraint)
            arrived = [Outcome(one.id, one.fence, "accepted") for one in leased if one.id in wired.sending]
            settle(connection, RUN, arrived, {}, lambda: 0.5)

    def _came(self, rule: str) -> set[Line]:
        nudge = tables.nudge.c
        query = (
            select(nudge.subject, nudge.start_key, nudge.step, delivery.address, delivery.state, delivery.reason)
            .add_columns(delivery.due_at, delivery.settled_at)
            .join(tables.nudge, nudge.id == delivery.nudge_id)
            .where(delivery.run == RUN, delivery.rule == rule)
        )
        with read(self.engine) as connection:
            return {_line(row) for row in connection.execute(query)}


def _line(row: Any) -> Line:
    at = row.due_at if row.state == "held" else row.settled_at
    return row.subject, row.start_key, row.step, row.address, at, row.reason or ""


def backtested(came: Came, rule: str) -> set[Line]:
    """The same lines, as a backtest tells them."""
    return {
        (one.subject, one.key, one.step, place.address, place.leaves or one.at, place.stopped)
        for one in came.sent[rule]
        for place in one.places
    }


def reasons(lines: Iterable[Line]) -> set[str]:
    return {line[-1] for line in lines}
