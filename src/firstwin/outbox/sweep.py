"""The sweep: takes back what lost workers held, and ends what nobody will send any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from firstwin.db.engine import clock
from firstwin.db.runs import all_runs
from firstwin.db.tables import delivery
from firstwin.db.types import Instant
from firstwin.decide.value import Reason
from firstwin.outbox.again import follow_policy
from firstwin.outbox.claim import expiry
from firstwin.outbox.clocks import Clocks
from firstwin.outbox.outcome import Jitter, OnUnknown, Outcome
from firstwin.outbox.rows import IS_TAKEN, IS_WAITING, WORKED_WITH, Change, change
from firstwin.outbox.settle import end_attempts
from firstwin.outbox.states import By, State

MOST_LOSSES = 3  # leases that may be lost before a delivery is taken for what kills its workers
BATCH = 500


@dataclass(frozen=True)
class Swept:
    """What one sweep found: rows given free, taken for poison, of unknown outcome, and expired."""

    freed: int = 0
    poison: int = 0
    unknown: int = 0
    expired: int = 0

    def __add__(self, other: Swept) -> Swept:
        return Swept(
            self.freed + other.freed,
            self.poison + other.poison,
            self.unknown + other.unknown,
            self.expired + other.expired,
        )

    def __bool__(self) -> bool:
        return self != Swept()


def sweep(connection: Connection, on_unknown: OnUnknown, jitter: Jitter) -> Swept:
    """One batch of the leases that are over and of what came too late; call it until it finds nothing.

    Any number may run at once: each takes only rows that no other has locked.
    """
    real = clock(connection)
    found = Swept()
    for run in all_runs(connection):
        at = Clocks(run, real)
        found += _reap(connection, at, on_unknown, jitter) + _expire(connection, at)
    return found


def _reap(connection: Connection, at: Clocks, on_unknown: OnUnknown, jitter: Jitter) -> Swept:
    rows = connection.execute(_OVER, {"run": at.run.id, "real": at.real}).all()
    leased = [row for row in rows if row.state == State.LEASED.value]
    sending = [row for row in rows if row.state == State.SENDING.value]
    changes = [_lost(row, at) for row in leased]
    change(connection, By.REAPER, changes)
    _lose(connection, sending, at, on_unknown, jitter)
    poison = sum(each.after is State.DEAD for each in changes)
    return Swept(freed=len(leased) - poison, poison=poison, unknown=len(sending))


_OVER: Select[Any] = (
    select(*WORKED_WITH)
    .where(IS_TAKEN, delivery.c.run == bindparam("run"), delivery.c.lease_until < bindparam("real", type_=Instant()))
    .order_by(delivery.c.id)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
)


def _lost(row: Row[Any], at: Clocks) -> Change:
    """Nothing of it was on the wire, so it is safe to begin again; it costs no attempt."""
    losses = row.lease_losses + 1
    values: dict[str, Any] = {"lease_losses": losses, "lease_until": None, "reason": row.reason, "settled_at": None}
    if losses < MOST_LOSSES:
        return Change(row.id, row.fence, State.LEASED, State.SCHEDULED, values)
    end = {"reason": Reason.POISON.value, "settled_at": at.now}
    return Change(row.id, row.fence, State.LEASED, State.DEAD, values | end)


def _lose(connection: Connection, rows: Sequence[Row[Any]], at: Clocks, on_unknown: OnUnknown, jitter: Jitter) -> None:
    """It was on the wire, and nobody lives who knows the answer."""
    values = {"reason": Reason.NO_ANSWER.value, "lease_until": None}
    change(connection, By.REAPER, [Change(r.id, r.fence, State.SENDING, State.UNKNOWN, values) for r in rows])
    lost = [Outcome(row.id, row.fence, "unknown", Reason.NO_ANSWER) for row in rows]
    end_attempts(connection, lost, at.real)
    follow_policy(connection, rows, at, on_unknown, jitter)


def _expire(connection: Connection, at: Clocks) -> Swept:
    """What is due, waits, and came too late: claims see only the destinations that firstwin.yaml still names."""
    rows = connection.execute(_TOO_LATE, {"run": at.run.id, "now": at.now}).all()
    change(connection, By.CLAIM, [expiry(row, at.now) for row in rows])
    return Swept(expired=len(rows))


_TOO_LATE: Select[Any] = (
    select(delivery.c.id, delivery.c.fence, delivery.c.state)
    .where(IS_WAITING, delivery.c.run == bindparam("run"))
    .where(delivery.c.due_at <= bindparam("now", type_=Instant()))
    .where(delivery.c.expires_at < bindparam("now", type_=Instant()))
    .order_by(delivery.c.id)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
)
