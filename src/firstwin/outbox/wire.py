"""Takes leased deliveries to the wire: one transaction that must be committed before their first byte goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row

from firstwin.db.insert import insert_new
from firstwin.db.tables import attempt
from firstwin.decide.value import Reason
from firstwin.match.value import Standing
from firstwin.outbox.cap import admit
from firstwin.outbox.claim import LEASE
from firstwin.outbox.clocks import Clocks, clocks
from firstwin.outbox.destinations import admit_to
from firstwin.outbox.digests import Listed
from firstwin.outbox.judge import Gates, Verdict, drop, judge
from firstwin.outbox.notices import NOTICE
from firstwin.outbox.restraint import Restraint
from firstwin.outbox.rows import Change, Lost, change, lock
from firstwin.outbox.states import By, State
from firstwin.outbox.suppressions import AddressHash


@dataclass(frozen=True)
class Wired:
    """``sending`` are to be sent now; ``dropped`` are not, and why; ``later`` have to ``wait`` until the rate lets them go.

    Any other row belongs to somebody else by now.
    """

    sending: frozenset[int] = frozenset()
    dropped: Mapping[int, Verdict] = field(default_factory=dict)
    later: frozenset[int] = frozenset()
    wait: timedelta = timedelta(0)


@dataclass(frozen=True)
class Paced:
    """Where messages go that must not come faster than ``rate`` a second."""

    destination: str
    rate: float


@dataclass(frozen=True)
class Checked:
    """``going`` are still wanted, each with how its start stands; ``dropped`` are not, and why.

    A digest has no start of its own: who is on it stands in ``digests``.
    """

    going: Mapping[int, Standing] = field(default_factory=dict)
    dropped: Mapping[int, Verdict] = field(default_factory=dict)
    digests: Mapping[int, Listed] = field(default_factory=dict)


def still_true(
    connection: Connection,
    at: Clocks,
    fences: Mapping[int, int],
    gates: Gates,
    hashed: AddressHash,
    restraint: Restraint,
) -> Checked:
    """Judges leased rows before work is spent on them. ``fences`` by id."""
    mine = [row for row in lock(connection, fences).values() if _is(row, State.LEASED, fences)]
    judged = judge(connection, at, mine, gates, hashed, restraint=restraint, evidence=True)
    drop(connection, at, mine, judged.verdicts)
    going = {row.id: judged.standings.get(row.id, Standing()) for row in mine if row.id not in judged.verdicts}
    return Checked(going, judged.verdicts, judged.digests)


def wire(
    connection: Connection,
    run_id: str,
    fences: Mapping[int, int],
    gates: Gates,
    hashed: AddressHash,
    restraint: Restraint,
    paced: Paced | None = None,
) -> Wired:
    """Judges leased rows once more and marks those that may go as sending, each with its attempt.

    All go by one sender; where that is ``paced``, only as many as its rate lets through now.
    May be repeated when a commit's answer was lost: rows that it took to the wire already are told again.
    """
    at = clocks(connection, run_id)
    rows = lock(connection, fences).values()
    done = frozenset(row.id for row in rows if _is(row, State.SENDING, fences))
    held = [row for row in rows if _is(row, State.LEASED, fences)]
    mine, later, wait = _in_time(connection, held, paced)
    verdicts = judge(connection, at, mine, gates, hashed, restraint=restraint).verdicts
    verdicts |= _over_the_cap(connection, at, [row for row in mine if row.id not in verdicts], restraint.daily_cap)
    drop(connection, at, mine, verdicts)
    going = [row for row in mine if row.id not in verdicts]
    _begin(connection, at, going)
    return Wired(done.union(row.id for row in going), verdicts, frozenset(row.id for row in later), wait)


def _in_time(
    connection: Connection, rows: Sequence[Row[Any]], paced: Paced | None
) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]], timedelta]:
    """Those that may go now, those that may not yet, and for how long.

    Their time is taken before their gates are asked: what is dropped then costs the others a moment, and never the rate.
    """
    if paced is None or not rows:
        return rows, (), timedelta(0)
    admitted = admit_to(connection, paced.destination, paced.rate, len(rows))
    return rows[: admitted.count], rows[admitted.count :], admitted.wait


def _is(row: Row[Any], state: State, fences: Mapping[int, int]) -> bool:
    return bool(row.state == state.value and row.fence == fences[row.id])


def _over_the_cap(connection: Connection, at: Clocks, rows: Sequence[Row[Any]], cap: int) -> dict[int, Verdict]:
    """Those that must wait for the next day. A further attempt of a message counted before is let through."""
    fresh = [row for row in rows if row.sent_day is None and row.rule != NOTICE]
    admitted = admit(connection, at, len(fresh), cap)
    wait = Verdict(State.HELD, Reason.DAILY_CAP, {"due_at": at.next_day})
    return {row.id: wait for row in fresh[admitted:]}


def _begin(connection: Connection, at: Clocks, rows: Sequence[Row[Any]]) -> None:
    change(connection, By.WORKER, [_sending(row, at) for row in rows])
    began = [{"delivery_id": row.id, "fence": row.fence, "began_at": at.real} for row in rows]
    if len(insert_new(connection, attempt, began, "id")) != len(began):
        msg = "an attempt was made under this fence before"
        raise Lost(msg)


def _sending(row: Row[Any], at: Clocks) -> Change:
    values = {
        "reason": None,
        "attempts": row.attempts + 1,
        "lease_until": at.real + LEASE,
        "lease_losses": 0,
        "sent_day": row.sent_day or at.day,
    }
    return Change(row.id, row.fence, State.LEASED, State.SENDING, values)
