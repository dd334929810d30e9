"""Milestones: the facts that a rule's ``record`` writes, dated as what made them true."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, case, func, insert, literal, or_, select

from firstwin.db import tables
from firstwin.db.bulk import one_of
from firstwin.decide.value import Nudge
from firstwin.match.changed import new_or_present
from firstwin.match.episodes import boundaries_of
from firstwin.match.plan import Asked, Moment
from firstwin.match.scope import named
from firstwin.match.seen import NOW, of_this_run
from firstwin.match.starts.shared import subject_of
from firstwin.rules.terms import BecomesStart, Subject

event = tables.event


def record(connection: Connection, asked: Asked, moment: Moment, nudges: Sequence[Nudge]) -> None:
    """Writes the milestones of these nudges as facts of this run."""
    recording = [nudge for nudge in nudges if nudge.records]
    if not recording:
        return
    when = _when_true(connection, asked, moment, [nudge.match.start.subject for nudge in recording])
    rows = [
        milestone_fact(asked.rule.about, moment, nudge, item.milestone, when.get(nudge.match.start.subject))
        for nudge in recording
        for item in nudge.records
    ]
    connection.execute(insert(event), rows)


def milestone_fact(
    about: Subject, moment: Moment, nudge: Nudge, milestone: str, when: datetime | None
) -> dict[str, Any]:
    start = nudge.match.start
    return {
        "id": f"firstwin:{moment.run}:{nudge.match.rule.id}:{milestone}:{start.subject}:{start.key}",
        "account_id": start.subject if about == "account" else nudge.account_id,
        "person_id": start.subject if about == "person" else None,
        "name": f"firstwin.milestone.{milestone}",
        "props": {},
        "occurred_at": when or min(start.at, moment.now),
        "received_at": moment.now,
        "known_at": moment.now,
        "run": moment.run,
    }


def _when_true(connection: Connection, asked: Asked, moment: Moment, subjects: Sequence[str]) -> dict[str, datetime]:
    """When a state became true: at its newest fact, or at this slot where only the clock moved."""
    if not isinstance(asked.rule.when, BecomesStart):
        return {}
    statement = _newest_facts(asked, moment.is_first_look)
    rows = connection.execute(statement, asked.parameters(connection, moment, ids=list(subjects)))
    by_fact = {row.subject: row.newest for row in rows if row.is_fresh}
    return {subject: by_fact.get(subject, moment.now) for subject in subjects}


@lru_cache(maxsize=1024)
def _newest_facts(asked: Asked, is_first_look: bool) -> Select[str, datetime, int]:
    if not isinstance(asked.rule.when, BecomesStart):
        raise TypeError(asked.rule.id)
    boundaries = boundaries_of(asked.rule.when.condition, asked.rule.about)
    names = tuple(sorted({boundary.name for boundary in boundaries if boundary.whose != "account"}))
    fact = event.alias()
    subject = subject_of(asked, fact)
    fresh = literal(1) if is_first_look else case((or_(*new_or_present(fact, asked.seen)), 1), else_=0)
    newest = select(
        subject.label("subject"), func.max(fact.c.occurred_at).label("newest"), func.max(fresh).label("is_fresh")
    )
    return (
        newest.where(one_of(subject, "ids"), named(fact.c.name, names), fact.c.occurred_at <= NOW)
        .where(*asked.seen.visible(fact), *of_this_run(fact, names))
        .group_by(subject)
    )
