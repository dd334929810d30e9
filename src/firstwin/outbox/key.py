"""The idempotency key: the name of a message that stays the same on every attempt, whoever makes it."""

from __future__ import annotations

import hashlib
import json

from firstwin.db.runs import Run
from firstwin.decide.value import Planned
from firstwin.match.value import Match


def key_of(run: Run, match: Match, planned: Planned) -> str:
    """One message to one place for one step of one start; a digest is one for all subjects that are due at one moment.

    A replay's keys are its own. The template counts, since a step may send two to the same place.
    """
    parts = [
        "" if run.is_live else run.id,
        match.rule.id,
        *((match.due_at.isoformat(), planned.receiver) if planned.channel == "digest" else _whose(match)),
        match.step.name,
        planned.channel,
        planned.action.template,
        planned.destination if planned.address is None else planned.address.lower(),
    ]
    digest = hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
    return f"fw_{digest[:32]}"


def _whose(match: Match) -> tuple[str, str]:
    return match.start.subject, match.start.key
