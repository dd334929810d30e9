"""A nudge that arrived is a fact like any other: conditions and starts may read it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from firstwin.db.bulk import one_of_ids
from firstwin.db.insert import insert_new
from firstwin.db.tables import event, nudge
from firstwin.outbox.digests import told_of

NUDGED = "firstwin.nudged."
_NUDGES = select(nudge.c.id, nudge.c.subject_kind, nudge.c.subject).where(one_of_ids(nudge.c.id, "ids"))


def note_nudged(connection: Connection, deliveries: Iterable[Row[Any]], now: datetime) -> None:
    """Writes that the nudges of these deliveries have arrived: once for each nudge, with its first delivery."""
    told = told_of(connection, deliveries)
    first = {nudge_id: (account, row) for nudge_id, account, row in reversed(told)}
    if not first:
        return
    nudges = connection.execute(_NUDGES, {"ids": sorted(first)}).all()
    facts = [_fact(*first[row.id], *row, now) for row in nudges]
    insert_new(connection, event, facts)


def _fact(
    account: str | None, delivery: Row[Any], nudge_id: int, kind: str, subject: str, now: datetime
) -> dict[str, Any]:
    return {
        "id": f"{NUDGED}{delivery.run}.{nudge_id}",
        "account_id": subject if kind == "account" else account,
        "person_id": subject if kind == "person" else None,
        "name": f"{NUDGED}{delivery.rule}",
        "props": {"step": delivery.step, "channel": delivery.channel},
        "occurred_at": now,
        "received_at": now,
        "known_at": now,
        "run": delivery.run,
    }
