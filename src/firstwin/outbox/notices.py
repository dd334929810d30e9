"""Notices: what the people who run Firstwin are told by itself, over the outbox like any message, so that none is lost."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select

from firstwin.db.tables import delivery, destination, nudge, start
from firstwin.outbox.clocks import Clocks
from firstwin.outbox.destinations import disable, told
from firstwin.outbox.states import State

NOTICE: Final = "firstwin.destination_disabled"  # stands where a rule's id does; no rule is called so
FRESH_FOR: Final = timedelta(days=3)


def give_up(connection: Connection, at: Clocks, why: Mapping[str, str], ops: str | None) -> dict[str, str]:
    """Disables destinations, and tells the people behind ``ops``: once for each, in the transaction that does it.

    Returns those that were not disabled before, each with who is told: "" where there is nobody.
    """
    if not why:
        return {}
    gone = dict.fromkeys(disable(connection, why, at.real), "")
    if ops is None or ops in gone or not _takes_messages(connection, ops):
        return gone
    for name in gone:
        _tell(connection, at, name, why[name], ops)
        told(connection, name, ops)
    return dict.fromkeys(gone, ops)


def _takes_messages(connection: Connection, name: str) -> bool:
    return connection.execute(_ENABLED, {"wanted": name}).first() is not None


_ENABLED = select(destination.c.name).where(
    destination.c.name == bindparam("wanted"), destination.c.disabled_at.is_(None)
)


def _tell(connection: Connection, at: Clocks, name: str, why: str, ops: str) -> None:
    about = {"run": at.run.id, "rule": NOTICE, "rule_version": ""}
    start_id = connection.execute(_START, {**about, **_start(at, name, why)}).scalar_one()
    nudge_id = connection.execute(_NUDGE, {**about, **_nudge(at, name, start_id)}).scalar_one()
    row = {"run": at.run.id, "rule": NOTICE, "nudge_id": nudge_id, "start_id": start_id, "destination": ops}
    connection.execute(insert(delivery), row | _delivery(at, name, ops))


_START = insert(start).returning(start.c.id)
_NUDGE = insert(nudge).returning(nudge.c.id)


def _start(at: Clocks, name: str, why: str) -> dict[str, Any]:
    moments = {"at": at.now, "ends_at": at.now, "seen_at": at.now}
    return {**_which(at, name), **moments, "state": "done", "props": {"destination": name, "why": why}}


def _nudge(at: Clocks, name: str, start_id: int) -> dict[str, Any]:
    which = _which(at, name)
    return {
        "subject_kind": "account",
        "subject": which["subject"],
        "start_id": start_id,
        "start_key": which["key"],
        "per": "",
        "step": "",
        "mode": "live",
        "due_at": at.now,
        "decided_at": at.now,
        "evidence": [],
    }


def _which(at: Clocks, name: str) -> dict[str, str]:
    return {"subject": name, "key": at.real.isoformat()}


def _delivery(at: Clocks, name: str, ops: str) -> dict[str, Any]:
    return {
        "key": _key(at.run.id, name, at.real, ops),
        "step": "",
        "channel": "alert",
        "template": "",
        "class": "alert",
        "state": State.SCHEDULED.value,
        "due_at": at.now,
        "expires_at": at.now + FRESH_FOR,
        "created_at": at.now,
    }


def _key(run: str, name: str, real: datetime, ops: str) -> str:
    parts = f"{NOTICE}\n{run}\n{name}\n{real.isoformat()}\n{ops}"
    return f"fw_{hashlib.sha256(parts.encode()).hexdigest()[:32]}"
