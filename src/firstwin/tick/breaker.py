"""Trips when a rule is about to nudge far more than its history: the rule is paused before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select, update

from firstwin.db import tables
from firstwin.db.runs import Run
from firstwin.db.types import Instant
from firstwin.decide import volume
from firstwin.decide.value import Decision, Nudge
from firstwin.outbox.pause import pause
from firstwin.rules.terms import Rule

BY = "firstwin"
DAY = timedelta(days=1)
nudge, rule_row = tables.nudge, tables.rule


def trip(
    connection: Connection, run: Run, rule: Rule, row: Row[Any], decisions: Sequence[Decision], now: datetime
) -> str:
    """Why these decisions are too many, in a sentence; then the rule is paused by this same transaction.

    A replay has nobody to ask, and what is in shadow, or only recorded, reaches nobody.
    """
    new = sum(isinstance(one, Nudge) and bool(one.planned) for one in decisions)
    if not new or not run.is_live or rule.mode == "shadow" or _is_trusted(row, now):
        return ""
    why = _too_many(connection, run, rule, new, now)
    if why:
        pause(connection, rule.id, who=BY, why=why, at=now)
        stays_paused(connection, run, rule, now)
    return why


def stays_paused(connection: Connection, run: Run, rule: Rule, now: datetime) -> None:
    """Whoever lets the rule go on has looked at it: from the last slot of the pause on it is trusted for a while."""
    connection.execute(_TRIPPED, {"of_run": run.id, "of_rule": rule.id, "now": now})


_TRIPPED = (
    update(rule_row)
    .where(rule_row.c.run == bindparam("of_run"), rule_row.c.id == bindparam("of_rule"))
    .values(tripped_at=bindparam("now"))
)


def _is_trusted(row: Row[Any], now: datetime) -> bool:
    is_young = now - row.active_from < volume.OLD_ENOUGH
    was_let_go_on = row.tripped_at is not None and now - row.tripped_at <= volume.TRUSTED_FOR
    return is_young or was_let_go_on


def _too_many(connection: Connection, run: Run, rule: Rule, new: int, now: datetime) -> str:
    """The days before are counted only when there are many today."""
    asked = {"run": run.id, "rule": rule.id}
    today = new + connection.execute(_LATELY, asked | {"begin": now - DAY, "end": now}).scalar_one()
    if not volume.too_many(today, 0):
        return ""
    busiest = 0
    for number in range(1, volume.LOOK_BACK // DAY + 1):  # most often yesterday says that it is as ever
        of_day = {"begin": now - (number + 1) * DAY, "end": now - number * DAY}
        busiest = max(busiest, connection.execute(_LATELY, asked | of_day).scalar_one())
        if not volume.too_many(today, busiest):
            return ""
    return volume.too_many(today, busiest)


n = nudge.c
_LATELY: Select[Any] = select(func.count()).where(
    n.run == bindparam("run"),
    n.rule == bindparam("rule"),
    n.decided_at > bindparam("begin", type_=Instant()),
    n.decided_at <= bindparam("end", type_=Instant()),
)
