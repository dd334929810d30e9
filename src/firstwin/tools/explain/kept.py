"""What the database remembers of a rule and a subject: starts, steps, nudges, skips, episodes, deliveries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from firstwin.db import tables as t
from firstwin.decide.value import Reason

MOST_STARTS = 20
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Kept:
    """Rows, the newest starts first. ``older`` starts are counted and not read."""

    starts: tuple[Row, ...] = ()
    steps: tuple[Row, ...] = ()
    nudges: tuple[Row, ...] = ()
    skips: tuple[Row, ...] = ()
    episodes: tuple[Row, ...] = ()
    deliveries: tuple[Row, ...] = ()
    attempts: tuple[Row, ...] = ()
    older: int = 0
    taken: frozenset[str] = field(default_factory=frozenset)  # the keys of all starts, also of the older ones

    def steps_of(self, start: int) -> tuple[Row, ...]:
        return tuple(step for step in self.steps if step["start_id"] == start)

    def nudge_of(self, start: int, step: str) -> Row | None:
        return next((n for n in self.nudges if (n["start_id"], n["step"]) == (start, step)), None)

    def skips_of(self, key: str, step: str) -> tuple[Row, ...]:
        return tuple(skip for skip in self.skips if (skip["start_key"], skip["step"]) == (key, step))

    def deliveries_of(self, nudge: int) -> tuple[Row, ...]:
        return tuple(delivery for delivery in self.deliveries if delivery["nudge_id"] == nudge)

    def attempts_of(self, delivery: int) -> tuple[Row, ...]:
        return tuple(attempt for attempt in self.attempts if attempt["delivery_id"] == delivery)


def kept(connection: Connection, run: str, rule: str, subject: str) -> Kept:
    """A few looks into indexes, however many others there are."""
    read = _Reader(connection, run, rule, subject)
    starts = sorted(read.own(t.start), key=lambda row: (row["at"], row["id"]), reverse=True)
    newest = starts[:MOST_STARTS]
    nudges = read.own(t.nudge)
    deliveries = read.among(t.delivery, "nudge_id", [nudge["id"] for nudge in nudges])
    return Kept(
        starts=tuple(newest),
        steps=read.among(t.step_due, "start_id", [start["id"] for start in newest]),
        nudges=nudges,
        skips=read.own(t.skip),
        episodes=read.own(t.episode),
        deliveries=deliveries,
        attempts=read.among(t.attempt, "delivery_id", [delivery["id"] for delivery in deliveries]),
        older=len(starts) - len(newest),
        taken=frozenset(start["key"] for start in starts),
    )


@dataclass(frozen=True)
class _Reader:
    connection: Connection
    run: str
    rule: str
    subject: str

    def own(self, table: Table) -> tuple[Row, ...]:
        c = table.c
        return self._rows(select(table).where(c.run == self.run, c.rule == self.rule, c.subject == self.subject))

    def among(self, table: Table, column: str, ids: Collection[int]) -> tuple[Row, ...]:
        if not ids:
            return ()
        order = table.c.id if "id" in table.c else table.c.due_at
        return self._rows(select(table).where(table.c[column].in_(sorted(ids))).order_by(order))

    def _rows(self, query: Select[Any]) -> tuple[Row, ...]:
        return tuple(dict(row) for row in self.connection.execute(query).mappings())


# ---- as it was ------------------------------------------------------------------------------------------------------


def as_it_was(now: Kept, moment: datetime) -> Kept:
    """The rows as they stood at a moment that has passed, as far as their times tell."""
    nudges = tuple(row for row in now.nudges if row["decided_at"] <= moment)
    skips = tuple(row for row in now.skips if row["first_at"] <= moment)
    seen = tuple(row for row in now.starts if row["seen_at"] <= moment)
    then = replace(
        now,
        nudges=nudges,
        skips=skips,
        episodes=tuple(_episode(row, moment) for row in now.episodes if row["since"] <= moment),
        deliveries=tuple(_delivery(row, moment) for row in now.deliveries if row["created_at"] <= moment),
        attempts=tuple(row for row in now.attempts if row["began_at"] <= moment),
        taken=frozenset(row["key"] for row in seen),
    )
    left = {row["id"] for row in seen if row["state"] == "left" and _had_left(row, then, seen)}
    steps = tuple(_step(row, then, left) for row in now.steps if any(row["start_id"] == one["id"] for one in seen))
    return replace(then, starts=tuple(_start(row, left, steps) for row in seen), steps=steps)


def _episode(row: Row, moment: datetime) -> Row:
    return row if row["until"] is None or row["until"] <= moment else {**row, "until": None}


def _delivery(row: Row, moment: datetime) -> Row:
    if row["settled_at"] is not None and row["settled_at"] <= moment:
        return row
    return {**row, "state": "not settled then", "reason": None, "settled_at": None, "retry_at": None}


def _had_left(row: Row, then: Kept, seen: tuple[Row, ...]) -> bool:
    """Whether what ended it had happened by then. What its rows don't tell is judged anew, by the facts."""
    if row["reason"] == Reason.STATE_ENDED:
        return any(one["since"] == row["at"] and one["until"] is not None for one in then.episodes)
    if row["reason"] == Reason.REPLACED:
        return any(one["at"] > row["at"] and one["per"] == row["per"] for one in seen)
    return any((skip["start_key"], skip["reason"]) == (row["key"], row["reason"]) for skip in then.skips)


def _step(row: Row, then: Kept, left: Collection[int]) -> Row:
    key = next(start["key"] for start in then.starts if start["id"] == row["start_id"])
    if then.nudge_of(row["start_id"], row["step"]) is not None:
        return {**row, "state": "done"}
    if then.skips_of(key, row["step"]):
        return {**row, "state": "skipped"}
    return {**row, "state": "dropped" if row["start_id"] in left else "waiting"}


def _start(row: Row, left: Collection[int], steps: tuple[Row, ...]) -> Row:
    if row["state"] == "noted" or row["id"] in left:
        return row
    waits = any(step["state"] == "waiting" for step in steps if step["start_id"] == row["id"])
    return {**row, "state": "open" if waits else "done", "reason": None}
