"""Writes down how attempts came out, and what becomes of their deliveries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, update

from firstwin.db.bulk import one_of_ids
from firstwin.db.tables import attempt
from firstwin.decide.value import Reason
from firstwin.outbox.again import after_failure, follow_policy
from firstwin.outbox.clocks import Clocks, clocks
from firstwin.outbox.hearing import learn
from firstwin.outbox.notices import NOTICE, give_up
from firstwin.outbox.nudged import note_nudged
from firstwin.outbox.outcome import MOST_DETAIL, Jitter, OnUnknown, Outcome
from firstwin.outbox.rows import Change, change, lock_watched
from firstwin.outbox.states import By, State

LATE = "late"


@dataclass(frozen=True)
class Settled:
    """How many deliveries came into which state; ``late`` answers came when the delivery was no longer this worker's.

    ``gone`` are the destinations that take nothing any more since this, each with the one whose people are told: "" if none.
    """

    states: Mapping[State, int] = field(default_factory=dict)
    late: int = 0
    gone: Mapping[str, str] = field(default_factory=dict)


def settle(
    connection: Connection,
    run_id: str,
    outcomes: Sequence[Outcome],
    on_unknown: OnUnknown,
    jitter: Jitter,
    *,
    ops: str | None = None,
) -> Settled:
    """Settles the deliveries whose fence still equals that of the attempt. ``ops`` is told of a destination that is gone.

    A late answer changes nothing but its attempt, unless it is an acceptance that nothing newer has overtaken. May be
    repeated when a commit's answer was lost.
    """
    at = clocks(connection, run_id)
    rows = lock_watched(connection, (each.id for each in outcomes))
    outcomes = [each for each in outcomes if each.id in rows]  # an erased subject's are gone
    mine = {each.id: each for each in outcomes if _is_mine(rows[each.id], each)}
    overdue = [each for each in outcomes if _arrived_after_all(rows[each.id], each)]
    learned = learn(connection, rows, list(mine.values()), at.real)
    changes = [_change(rows[each.id], each, at, jitter, is_free=each.id in learned.free) for each in mine.values()]
    changes += [_delivered(rows[each.id], each, at) for each in overdue]
    change(connection, By.WORKER, changes)
    unknown = [rows[each.id] for each in changes if each.after is State.UNKNOWN]
    changes += follow_policy(connection, unknown, at, on_unknown, jitter)
    end_attempts(connection, [*mine.values(), *overdue], at.real)
    late = [each for each in outcomes if each.id not in mine and each not in overdue]
    _note_late(connection, late, at.real)
    delivered = [rows[each.id] for each in changes if each.after is State.DELIVERED]
    note_nudged(connection, [row for row in delivered if row.rule != NOTICE], at.now)
    gone = give_up(connection, at, learned.gone, ops)
    return Settled(Counter({each.id: each.after for each in changes}.values()), len(late), gone)


def _is_mine(row: Row[Any], outcome: Outcome) -> bool:
    return bool(row.state == State.SENDING.value and row.fence == outcome.fence)


def _arrived_after_all(row: Row[Any], outcome: Outcome) -> bool:
    waits = row.state in (State.UNKNOWN.value, State.RETRY_WAIT.value)
    return bool(outcome.kind == "accepted" and waits and row.fence == outcome.fence)


def _change(row: Row[Any], outcome: Outcome, at: Clocks, jitter: Jitter, *, is_free: bool) -> Change:
    match outcome.kind:
        case "accepted":
            return _delivered(row, outcome, at)
        case "retry":
            return after_failure(row, outcome, at, jitter, is_free=is_free or outcome.free)
        case "refused":
            return _ended(row, State.DEAD, Reason.REFUSED, at)
        case "unknown":
            return _ended(row, State.UNKNOWN, Reason.NO_ANSWER, at)


def _delivered(row: Row[Any], outcome: Outcome, at: Clocks) -> Change:
    values = {"reason": None, "settled_at": at.now, "lease_until": None, "provider_id": outcome.provider_id}
    return Change(row.id, row.fence, State(row.state), State.DELIVERED, values)


def _ended(row: Row[Any], after: State, reason: Reason, at: Clocks) -> Change:
    settled_at = at.now if after is State.DEAD else None
    values = {"reason": reason.value, "settled_at": settled_at, "lease_until": None}
    return Change(row.id, row.fence, State.SENDING, after, values)


OF_ATTEMPT = (one_of_ids(attempt.c.delivery_id, "ids"), attempt.c.fence == bindparam("b_fence"))
_END = (
    update(attempt)
    .where(*OF_ATTEMPT)
    .values(ended_at=bindparam("at"), outcome=bindparam("kind"), reason=bindparam("why"), detail=bindparam("said"))
)
# An attempt that was settled before is left as it is: this is the same answer once more.
_LATE = _END.where(or_(attempt.c.outcome.is_(None), attempt.c.outcome == "unknown"))


def end_attempts(connection: Connection, outcomes: Iterable[Outcome], real: datetime) -> None:
    """Writes down how attempts ended; those that are alike in one statement."""
    alike: defaultdict[tuple[int, str, str | None, str], list[int]] = defaultdict(list)
    for each in outcomes:
        alike[each.fence, each.kind, each.reason, each.detail].append(each.id)
    for (fence, kind, reason, detail), ids in alike.items():
        connection.execute(_END, _ending(ids, fence, kind, reason, detail, real))


def _note_late(connection: Connection, outcomes: Iterable[Outcome], real: datetime) -> None:
    for each in outcomes:
        if each.kind != "unknown":
            told = _ending([each.id], each.fence, LATE, each.reason or each.kind, each.detail, real)
            connection.execute(_LATE, told)


def _ending(ids: list[int], fence: int, kind: str, reason: str | None, detail: str, real: datetime) -> dict[str, Any]:
    said = detail[:MOST_DETAIL] or None
    return {"ids": ids, "b_fence": fence, "at": real, "kind": kind, "why": reason, "said": said}
