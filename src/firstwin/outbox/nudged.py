"""A nudge that arrived is a fact like any other: conditions and starts may read it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from firstwin.db.bulk import one_of_ids
from firstwin.db.insert import insert_new
from firstwin.db.tables import event, nudge

NUDGED = "firstwin.nudged."
_NUDGES = select(nudge.c.id, nudge.c.subject_kind, nudge.c.subject).where(one_of_ids(nudge.c.id, "ids"))


def note_nudged(connection: Connection, deliveries: Iterable[Row[Any]], now: datetime) -> None:
    """Writes that the nudges of these deliveries have arrived: once for each nudge, with its first delivery."""
    first = {row.nudge_id: row for row in reversed(list(deliveries))}
    if not first:
        return
    nudges = connection.execute(_NUDGES, {"ids": sorted(first)}).all()
    facts = [_fact(first[row.id], row.subject_kind, row.subject, now) for row in nudges]
    insert_new(connection, event, facts)


def _fact(delivery: Row[Any], kind: str, subject: str, now: datetime) -> dict[str, Any]:
    return {
        "id": f"{NUDGED}{delivery.run}.{delivery.nudge_id}",
        "account_id": subject if kind == "account" else delivery.account_id,
        "person_id": subject if kind == "person" else None,
        "name": f"{NUDGED}{delivery.rule}",
        "props": {"step": delivery.step, "channel": delivery.channel},
        "occurred_at": now,
        "received_at": now,
        "known_at": now,
        "run": delivery.run,
    }
