"""What has work to do: asked often, so that a round with nothing to do costs one statement."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from firstwin.db import tables
from firstwin.db.engine import clock
from firstwin.db.runs import Run, all_runs
from firstwin.outbox.rows import IS_TAKEN, IS_WAITING
from firstwin.outbox.states import State

rule, delivery = tables.rule, tables.delivery


def due_rules(connection: Connection, run: str, slot: datetime) -> frozenset[str]:
    """The rules of the run that have not done ``slot`` yet."""
    waiting = or_(rule.c.last_slot.is_(None), rule.c.last_slot < slot)
    return frozenset(connection.scalars(select(rule.c.id).where(rule.c.run == run, waiting)))


def runs_with_deliveries(connection: Connection) -> list[Run]:
    """The runs in which a delivery is due and may be tried now."""
    real = clock(connection)
    return [run for run in all_runs(connection) if run.sends and _is_due(connection, run, real)]


def _is_due(connection: Connection, run: Run, real: datetime) -> bool:
    c = delivery.c
    query = (
        select(c.id)
        .where(IS_WAITING, c.run == run.id, c.due_at <= run.at(real))
        .where(or_(c.retry_at.is_(None), c.retry_at <= real))
        .limit(1)
    )
    return connection.execute(query).first() is not None


def unsent(connection: Connection, run: Run, destinations: frozenset[str]) -> int:
    """How many deliveries of the run are due by its clock, on the wire, or wait for another attempt. Held ones are not."""
    c = delivery.c
    waits = IS_WAITING & (c.state != State.HELD.value) & (c.due_at <= run.at(clock(connection)))
    query = select(func.count()).where(c.run == run.id, c.destination.in_(sorted(destinations)), or_(waits, IS_TAKEN))
    return connection.execute(query).scalar_one()
