"""What the database says: deliveries, attempts, slots. Read past every proxy, and by no code that is being tested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, func, select, update
from sqlalchemy.exc import OperationalError

from firstwin.db import tables
from firstwin.db.engine import read, write
from tests.chaos.accounting import Row
from tests.chaos.waiting import pause

WORKED_ON = ("scheduled", "leased", "sending", "retry_wait", "held")
TRIES = 200
d, n, a = tables.delivery.c, tables.nudge.c, tables.attempt.c


@dataclass(frozen=True)
class Ledger:
    engine: Engine

    def states(self) -> Counter[str]:
        query = select(d.state, func.count().label("n")).where(d.run == tables.LIVE).group_by(d.state)
        return Counter({row["state"]: row["n"] for row in self._ask(query)})

    def delivered(self) -> int:
        return self.states()["delivered"]

    def subjects(self) -> int:
        """How many have been nudged."""
        (row,) = self._ask(select(func.count(n.subject.distinct()).label("n")))
        return int(row["n"])

    def left(self) -> int:
        """How many deliveries somebody will still work on."""
        states = self.states()
        return sum(states[state] for state in WORKED_ON)

    def rows(self) -> list[Row]:
        query = select(
            d.id, d.key, n.subject, d.rule, d.start_id, d.step, d.destination, d.state, d.reason
        ).join(tables.nudge, n.id == d.nudge_id)  # fmt: skip
        found = self._ask(query)
        return [
            Row(r["id"], r["key"], (r["subject"], r["rule"], r["start_id"], r["step"], r["destination"]), r["state"], r["reason"])
            for r in found
        ]  # fmt: skip

    def attempts(self) -> list[RowMapping]:
        """The oldest first, each with its delivery's key and subject."""
        query = select(tables.attempt, d.key, d.rule, n.subject, d.state).join(tables.delivery, d.id == a.delivery_id)
        return self._ask(query.join(tables.nudge, n.id == d.nudge_id).order_by(a.began_at, a.id))

    def ticks(self) -> list[RowMapping]:
        return self._ask(select(tables.tick).order_by(tables.tick.c.slot))

    def reasons(self, state: str) -> Counter[str | None]:
        query = select(d.reason, func.count().label("n")).where(d.state == state).group_by(d.reason)
        return Counter({row["reason"]: row["n"] for row in self._ask(query)})

    def put_off(self, by: timedelta) -> None:
        """Everything that waits is due so much later."""
        self._move(self._ask(select(d.id, d.due_at)), by)

    def bring_forward(self, number: int, by: timedelta) -> None:
        """The first so many of what was put off, or all the rest."""
        put_off = select(d.id, d.due_at).where(d.due_at > datetime.now(UTC) + by / 2).order_by(d.id)
        self._move(self._ask(put_off.limit(number)), -by)

    def _move(self, rows: Iterable[RowMapping], by: timedelta) -> None:
        with write(self.engine) as connection:
            for row in rows:
                moved = update(tables.delivery).where(d.id == row["id"]).values(due_at=row["due_at"] + by)
                connection.execute(moved)

    def _ask(self, query: Any) -> list[RowMapping]:
        """Once more where the database was away."""
        for _ in range(TRIES):
            try:
                with read(self.engine) as connection:
                    return _rows(connection, query)
            except OperationalError:
                pause(0.1)
        with read(self.engine) as connection:
            return _rows(connection, query)


def _rows(connection: Connection, query: Any) -> list[RowMapping]:
    return list(connection.execute(query).mappings())
