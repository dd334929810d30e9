"""Puts decisions into the database: nudges, their deliveries, and what reaches nobody; each once, however often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from firstwin.db.insert import insert_new
from firstwin.db.runs import Run
from firstwin.db.tables import delivery, nudge
from firstwin.decide.value import Nudge, Planned
from firstwin.match.value import Clause
from firstwin.outbox.digests import list_items
from firstwin.outbox.key import key_of
from firstwin.outbox.skips import note_not_sent
from firstwin.outbox.states import State


@dataclass(frozen=True)
class PutResult:
    """``new`` are the nudges that were not there before; ``deliveries`` how many messages were scheduled for them."""

    new: tuple[Nudge, ...] = ()
    deliveries: int = 0


def put(connection: Connection, run: Run, nudges: Sequence[Nudge], now: datetime) -> PutResult:
    """Stores nudges with their deliveries, and the actions that reach nobody as skips.

    A run that does not send, and a rule in shadow, keep the nudge alone: its mode and its run say why.
    """
    ids = _insert_nudges(connection, run, nudges, now)
    new = tuple(each for each in nudges if _key(each) in ids)
    note_not_sent(connection, run, new, now)
    sent = [(each, ids[_key(each)]) for each in new if run.sends and each.mode == "live"]
    rows = [_delivery(run, each, planned, id_, now) for each, id_ in sent for planned in each.planned]
    stored = len(insert_new(connection, delivery, rows, "id"))
    note_not_sent(connection, run, list_items(connection, run, sent), now)
    return PutResult(new, stored)


StepKey = tuple[str, str, str, str]


def _key(of: Nudge) -> StepKey:
    match = of.match
    return match.rule.id, match.start.subject, match.start.key, match.step.name


def _insert_nudges(connection: Connection, run: Run, nudges: Sequence[Nudge], now: datetime) -> dict[StepKey, int]:
    rows = [_nudge(run, each, now) for each in nudges]
    new = insert_new(connection, nudge, rows, "id", "rule", "subject", "start_key", "step")
    return {(rule, subject, start_key, step): id_ for id_, rule, subject, start_key, step in new}


def _nudge(run: Run, each: Nudge, now: datetime) -> dict[str, Any]:
    match = each.match
    return {
        "run": run.id,
        "rule": match.rule.id,
        "rule_version": match.rule.version,
        "subject_kind": match.rule.about,
        "subject": match.start.subject,
        "start_id": match.start.id,
        "start_key": match.start.key,
        "per": match.start.per,
        "step": match.step.name,
        "mode": each.mode,
        "due_at": match.due_at,
        "decided_at": now,
        "evidence": [_clause(clause) for clause in match.evidence],
        "state": "held_out" if each.held_out else "nudged",
        "branch": each.branch,
        "variant": each.variant,
    }


def _clause(clause: Clause) -> dict[str, Any]:
    return {
        "says": clause.says,
        "holds": clause.holds,
        "count": clause.count,
        "last_at": clause.last_at.isoformat() if clause.last_at else None,
        "value": clause.value,
    }


def _delivery(run: Run, each: Nudge, planned: Planned, nudge_id: int, now: datetime) -> dict[str, Any]:
    match = each.match
    return {
        "run": run.id,
        "key": key_of(run, match, planned),
        "nudge_id": nudge_id,
        "rule": match.rule.id,
        "step": match.step.name,
        "start_id": match.start.id,
        "account_id": each.account_id,
        "person_id": planned.person_id,
        "channel": planned.channel,
        "template": planned.action.template,
        "class": planned.message_class,
        "destination": planned.destination,
        "address": planned.address,
        "state": State.SCHEDULED.value,
        "due_at": match.due_at,
        "expires_at": planned.expires_at,
        "created_at": now,
    }
