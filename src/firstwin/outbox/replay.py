"""A person's replay: deliveries that ended without a message go out again; who asked and why is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert

from firstwin.db.engine import clock
from firstwin.db.runs import all_runs
from firstwin.db.tables import replay as table
from firstwin.decide.value import Reason
from firstwin.outbox.clocks import Clocks
from firstwin.outbox.rows import Change, change, lock
from firstwin.outbox.states import REPLAYABLE, By, State

BATCH = 500
FRESH_FOR = timedelta(hours=24)  # a replayed message is worth sending at least this long


def replay(connection: Connection, ids: Iterable[int], *, who: str, why: str) -> list[int]:
    """Schedules the deliveries again that are dead, unknown, expired or suppressed; the ids of those.

    Two people who ask at once send each message once: the second finds it scheduled. The idempotency key stays, and
    gates, suppression and pauses are judged at the wire as ever.
    """
    real = clock(connection)
    times = {run.id: Clocks(run, real) for run in all_runs(connection)}
    wanted = sorted(ids)
    batches = (wanted[first : first + BATCH] for first in range(0, len(wanted), BATCH))
    return [id_ for batch in batches for id_ in _replay(connection, batch, times, who, why)]


def _replay(connection: Connection, ids: Sequence[int], times: Mapping[str, Clocks], who: str, why: str) -> list[int]:
    rows = [row for row in lock(connection, ids).values() if State(row.state) in REPLAYABLE]
    change(connection, By.PERSON, [_scheduled(row, times[row.run]) for row in rows])
    if rows:
        asked = [
            {"delivery_id": r.id, "from_state": r.state, "who": who, "why": why, "at": times[r.run].real} for r in rows
        ]
        connection.execute(insert(table), asked)
    return [row.id for row in rows]


def _scheduled(row: Row[Any], at: Clocks) -> Change:
    values = {
        "reason": None,
        "due_at": at.now,
        "retry_at": None,
        "expires_at": max(row.expires_at, at.now + FRESH_FOR),
        "attempts": 0,
        "lease_losses": int(row.reason == Reason.POISON.value),  # such a one is claimed alone again
        "settled_at": None,
    }
    return Change(row.id, row.fence, State(row.state), State.SCHEDULED, values)
