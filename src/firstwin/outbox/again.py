"""Another attempt, later: what failed, and what may or may not have arrived."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row

from firstwin.decide.value import Reason
from firstwin.outbox.clocks import Clocks
from firstwin.outbox.outcome import Jitter, OnUnknown, Outcome
from firstwin.outbox.rows import Change, change
from firstwin.outbox.schedule import wait_before_next, wait_for_free
from firstwin.outbox.states import By, State


def after_failure(row: Row[Any], outcome: Outcome, at: Clocks, jitter: Jitter) -> Change:
    """A sending delivery whose attempt failed waits for its next one, or is dead when there is none left."""
    if outcome.free:
        wait = wait_for_free(row.channel, row.attempts, jitter=jitter(), asked=outcome.after)
        return _waiting(row, State.SENDING, wait, at, outcome.reason, attempts=row.attempts - 1)
    next_wait = wait_before_next(row.channel, row.attempts, jitter=jitter(), asked=outcome.after)
    if next_wait is None:
        return _used_up(row, State.SENDING, at)
    return _waiting(row, State.SENDING, next_wait, at, outcome.reason, attempts=row.attempts)


def follow_policy(
    connection: Connection, rows: Iterable[Row[Any]], at: Clocks, on_unknown: OnUnknown, jitter: Jitter
) -> list[Change]:
    """Decides about rows that have just become unknown: another attempt, or parked for a person to look at."""
    retried = [row for row in rows if on_unknown.get(row.destination, "park") == "retry"]
    changes = [_after_unknown(row, at, jitter) for row in retried]
    change(connection, By.POLICY, changes)
    return changes


def _after_unknown(row: Row[Any], at: Clocks, jitter: Jitter) -> Change:
    wait = wait_before_next(row.channel, row.attempts, jitter=jitter(), asked=None)
    if wait is None:
        return _used_up(row, State.UNKNOWN, at)
    return _waiting(row, State.UNKNOWN, wait, at, Reason.NO_ANSWER, attempts=row.attempts)


def _waiting(row: Row[Any], before: State, wait: timedelta, at: Clocks, reason: str | None, *, attempts: int) -> Change:
    # due_at moves too, so that what waits does not stand at the head of what is due
    retry_at = at.real + wait
    values = {
        "reason": reason,
        "attempts": attempts,
        "retry_at": retry_at,
        "due_at": max(row.due_at, at.run.at(retry_at)),
        "lease_until": None,
    }
    return Change(row.id, row.fence, before, State.RETRY_WAIT, values)


def _used_up(row: Row[Any], before: State, at: Clocks) -> Change:
    values = {"reason": Reason.ATTEMPTS_USED_UP.value, "settled_at": at.now, "lease_until": None}
    return Change(row.id, row.fence, before, State.DEAD, values)
