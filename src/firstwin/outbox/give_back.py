"""What a worker does with leased rows that it does not take to the wire: hands them back, or ends them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row

from firstwin.outbox.clocks import clocks
from firstwin.outbox.judge import Verdict, drop
from firstwin.outbox.rows import Change, change, lock
from firstwin.outbox.states import By, State


def give_back(connection: Connection, fences: Mapping[int, int]) -> int:
    """Hands leased rows back unharmed, for anybody to claim. ``fences`` by id; how many were still held."""
    mine = _mine(lock(connection, fences).values(), fences)
    free = {"lease_until": None, "leased_by": None}
    change(connection, By.WORKER, [Change(r.id, r.fence, State.LEASED, State.SCHEDULED, free) for r in mine])
    return len(mine)


def end(connection: Connection, run_id: str, fences: Mapping[int, int], verdicts: Mapping[int, Verdict]) -> int:
    """Ends leased rows that no message can be made of: nothing of them went out. How many were still held."""
    mine = _mine(lock(connection, verdicts).values(), fences)
    drop(connection, clocks(connection, run_id), mine, verdicts)
    return len(mine)


def _mine(rows: Iterable[Row[Any]], fences: Mapping[int, int]) -> list[Row[Any]]:
    return [row for row in rows if row.state == State.LEASED.value and row.fence == fences[row.id]]
