"""Deliveries as a person looks for them: a list with filters, and one with all of its attempts. Read only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from firstwin.db import tables as t
from firstwin.outbox.states import REPLAYABLE

LISTED = (
    "id", "nudge_id", "state", "reason", "rule", "step", "account_id", "person_id", "channel", "template", "destination", "address",
    "attempts", "due_at", "created_at", "settled_at",
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """Which deliveries; what is None does not matter."""

    run: str | None = t.LIVE
    state: str | None = None
    reason: str | None = None
    rule: str | None = None
    account: str | None = None
    channel: str | None = None
    destination: str | None = None


def find(connection: Connection, wanted: Wanted, limit: int = 50) -> list[Mapping[str, Any]]:
    """The newest deliveries that are wanted, newest first."""
    query = _wanted(select(*(t.delivery.c[name] for name in LISTED)), wanted)
    rows = connection.execute(query.order_by(t.delivery.c.id.desc()).limit(limit))
    return [dict(row) for row in rows.mappings()]


def why_none(connection: Connection, wanted: Wanted) -> str:
    """What to do where none is found."""
    if find(connection, Wanted(run=wanted.run), 1):
        return "No delivery fits: leave out a filter, and more are shown."
    if wanted.run != t.LIVE:
        return "This replay made none: `firstwin tick --from … --send` makes some, `firstwin explain RULE ACCOUNT --run …` tells what else came of it."
    return (
        "No delivery was made yet. One is made when a rule nudges somebody: `firstwin status` shows what the rules found,"
        " `firstwin explain RULE ACCOUNT` why somebody was not nudged."
    )


def find_replayable(connection: Connection, wanted: Wanted) -> list[int]:
    """The ids of all that are wanted and that may be sent again, oldest first."""
    query = _wanted(select(t.delivery.c.id), wanted).where(t.delivery.c.state.in_(REPLAYABLE))
    return list(connection.scalars(query.order_by(t.delivery.c.id)))


def find_one(connection: Connection, delivery_id: int) -> Mapping[str, Any] | None:
    """One delivery with the facts that its decision used, its attempts, what became of it, and who asked for it again."""
    query = select(t.delivery).where(t.delivery.c.id == delivery_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    nudge = select(t.nudge).where(t.nudge.c.id == row["nudge_id"])
    attempts = select(t.attempt).where(t.attempt.c.delivery_id == delivery_id).order_by(t.attempt.c.id)
    outcomes = select(t.outcome).where(t.outcome.c.delivery_id == delivery_id).order_by(t.outcome.c.id)
    replays = select(t.replay).where(t.replay.c.delivery_id == delivery_id).order_by(t.replay.c.id)
    return {
        **row,
        "nudge": dict(connection.execute(nudge).mappings().one()),
        "attempt_log": [dict(each) for each in connection.execute(attempts).mappings()],
        "outcomes": [dict(each) for each in connection.execute(outcomes).mappings()],
        "replays": [dict(each) for each in connection.execute(replays).mappings()],
    }


def _wanted(query: Select[Any], wanted: Wanted) -> Select[Any]:
    d = t.delivery.c
    asked = {
        d.run: wanted.run,
        d.state: wanted.state,
        d.reason: wanted.reason,
        d.rule: wanted.rule,
        d.account_id: wanted.account,
        d.channel: wanted.channel,
        d.destination: wanted.destination,
    }
    return query.where(*(column == value for column, value in asked.items() if value is not None))
