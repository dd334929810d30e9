"""Another attempt, later: what failed, and what may or may not have arrived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from firstwin.db.bulk import one_of_ids
from firstwin.db.tables import attempt
from firstwin.decide.value import Reason
from firstwin.outbox.clocks import Clocks
from firstwin.outbox.outcome import Jitter, OnUnknown, Outcome, Policy
from firstwin.outbox.rows import Change, change
from firstwin.outbox.schedule import wait_before_next, wait_for_free
from firstwin.outbox.states import By, State


def after_failure(row: Row[Any], outcome: Outcome, at: Clocks, jitter: Jitter, *, is_free: bool) -> Change:
    """A sending delivery whose attempt failed waits for its next one, or is dead when there is none left.

    What never left waits no longer than after a first attempt: it failed nobody.
    """
    if is_free:
        attempts = row.attempts if outcome.has_left else 1
        wait = wait_for_free(row.channel, attempts, jitter=jitter(), asked=outcome.after)
        return _waiting(row, State.SENDING, wait, at, outcome.reason, attempts=row.attempts - 1)
    next_wait = wait_before_next(row.channel, row.attempts, jitter=jitter(), asked=outcome.after)
    if next_wait is None:
        return _used_up(row, State.SENDING, at)
    return _waiting(row, State.SENDING, next_wait, at, outcome.reason, attempts=row.attempts)


def follow_policy(
    connection: Connection, rows: Sequence[Row[Any]], at: Clocks, on_unknown: OnUnknown, jitter: Jitter
) -> list[Change]:
    """Decides about rows that have just become unknown: another attempt, or parked for a person to look at."""
    policies = {row.id: on_unknown.get(row.destination, "park") for row in rows}
    first = _first_attempts(connection, [id_ for id_, policy in policies.items() if isinstance(policy, timedelta)])
    retried = [row for row in rows if _is_tried_again(policies[row.id], at.real, first.get(row.id))]
    changes = [_after_unknown(row, at, jitter) for row in retried]
    change(connection, By.POLICY, changes)
    return changes


def _is_tried_again(policy: Policy, now: datetime, first: datetime | None) -> bool:
    if isinstance(policy, timedelta):
        return first is not None and now < first + policy
    return policy == "retry"


def _first_attempts(connection: Connection, ids: Sequence[int]) -> dict[int, datetime]:
    """When each of these deliveries was tried first; by the database's clock."""
    if not ids:
        return {}
    query = select(attempt.c.delivery_id, func.min(attempt.c.began_at).label("first")).group_by(attempt.c.delivery_id)
    rows = connection.execute(query.where(one_of_ids(attempt.c.delivery_id, "ids")), {"ids": list(ids)})
    return {row.delivery_id: row.first for row in rows}


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
