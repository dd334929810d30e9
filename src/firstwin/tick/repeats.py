"""Repetitions of a step that are due together, after an outage: only the newest of them is done."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from firstwin.db import tables
from firstwin.db.bulk import one_of_ids
from firstwin.decide.value import Reason, Skip
from firstwin.match.plan import Asked, Moment
from firstwin.match.scope import is_waiting
from firstwin.match.value import Match
from firstwin.rules.terms import Step

step_due = tables.step_due
_OVERDUE = (
    select(step_due.c.start_id, step_due.c.step)
    .where(one_of_ids(step_due.c.start_id, "ids"), is_waiting(step_due), step_due.c.due_at <= bindparam("now"))
)  # fmt: skip


class Repeats:
    """The newest repetition that is due, by start and name; also of those that are not at hand."""

    def __init__(self, connection: Connection, asked: Asked, moment: Moment, due: Sequence[tuple[Match, bool]]) -> None:
        self._newest: dict[tuple[int, str], int] = {}
        steps = {step.name: step for step in asked.rule.steps if step.times > 1}
        ids = sorted({match.start.id for match, _ in due if match.step.name in steps})
        for row in connection.execute(_OVERDUE, {"ids": ids, "now": moment.now}) if ids else ():
            if row.step in steps:
                self._note(row.start_id, steps[row.step])

    def _note(self, start: int, step: Step) -> None:
        key = (start, step.base)
        self._newest[key] = max(step.number, self._newest.get(key, 0))

    def overtaken(self, match: Match) -> Skip | None:
        """Why this one is left out: a later one of the same step is due as well."""
        newest = self._newest.get((match.start.id, match.step.base), 0)
        if newest <= match.step.number:
            return None
        return Skip(match, Reason.REPLACED, f"number {newest} is due as well")
