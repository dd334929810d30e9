"""Why a message did not go out, as rows: one for each step of a start and reason, updated and never repeated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.dialects.postgresql import insert  # SQLite takes the same ON CONFLICT

from firstwin.db.runs import Run
from firstwin.db.tables import skip
from firstwin.decide.value import Nudge, Reason, Skip
from firstwin.match.value import Match

KEY = ("run", "rule", "subject", "start_key", "step", "reason")


def note_skips(connection: Connection, run: Run, skips: Iterable[Skip], now: datetime) -> None:
    """Keeps the decisions not to nudge."""
    _upsert(connection, [_row(run, each.match, each.reason, each.detail, now) for each in skips])


def note_not_sent(connection: Connection, run: Run, nudges: Iterable[Nudge], now: datetime) -> None:
    """Keeps the actions of nudges that reach nobody: one row for each reason, with all who are out of reach."""
    rows = []
    for each in nudges:
        details: dict[Reason, list[str]] = {}
        for missed in each.not_sent:
            details.setdefault(missed.reason, []).append(missed.detail)
        rows += [_row(run, each.match, reason, "; ".join(all_), now) for reason, all_ in details.items()]
    _upsert(connection, rows)


def _row(run: Run, match: Match, reason: Reason, detail: str, now: datetime) -> dict[str, Any]:
    return {
        "run": run.id,
        "rule": match.rule.id,
        "subject": match.start.subject,
        "start_key": match.start.key,
        "step": match.step.name,
        "reason": reason.value,
        "detail": detail or None,
        "rule_version": match.rule.version,
        "first_at": now,
        "last_at": now,
    }


def _upsert(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    connection.execute(_UPSERT, rows)


def _upserting() -> Executable:
    new = insert(skip)
    newer = {name: new.excluded[name] for name in ("detail", "rule_version", "last_at")}
    return new.on_conflict_do_update(index_elements=KEY, set_=newer)


_UPSERT = _upserting()
