"""A nudge that arrived is a fact like any other: conditions and starts may read it. That a state is over is no nudge."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from firstwin.db.bulk import one_of_ids
from firstwin.db.insert import insert_new
from firstwin.db.runs import Run
from firstwin.db.tables import event, nudge
from firstwin.decide.value import Nudge
from firstwin.outbox.digests import told_of
from firstwin.rules.terms import NUDGED, OVER

_NUDGES = select(nudge.c.id, nudge.c.subject_kind, nudge.c.subject).where(one_of_ids(nudge.c.id, "ids"))


def note_nudged(connection: Connection, deliveries: Iterable[Row[Any]], now: datetime) -> None:
    """Writes that the nudges of these deliveries have arrived: once for each nudge, with its first delivery."""
    told = told_of(connection, deliveries)
    first = {nudge_id: (account, row) for nudge_id, account, row in reversed(told) if row.step != OVER}
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


def note_decided(connection: Connection, run: Run, nudges: Iterable[Nudge], now: datetime) -> None:
    """The same in a run that sends nothing: what it would send counts as arrived when it is decided."""
    sent = [each for each in nudges if each.planned and each.mode == "live" and each.match.step.name != OVER]
    if sent:
        insert_new(connection, event, [_decided(run, each, now) for each in sent])


def _decided(run: Run, each: Nudge, now: datetime) -> dict[str, Any]:
    match = each.match
    of_person = match.rule.about == "person"
    return {
        "id": f"{NUDGED}{run.id}.{match.rule.id}.{match.start.subject}.{match.start.key}.{match.step.name}",
        "account_id": each.account_id if of_person else match.start.subject,
        "person_id": match.start.subject if of_person else None,
        "name": f"{NUDGED}{match.rule.id}",
        "props": {"step": match.step.name, "channel": each.planned[0].channel},
        "occurred_at": now,
        "received_at": now,
        "known_at": now,
        "run": run.id,
    }
