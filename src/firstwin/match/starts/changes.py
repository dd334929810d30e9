"""Starts that are changes of a property."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Text,
    literal,
    select,
    tuple_,
)

from firstwin.db import tables
from firstwin.db.bulk import among
from firstwin.match.boundary import Boundary
from firstwin.match.changed import changed_subjects
from firstwin.match.plan import Asked, Moment
from firstwin.match.seen import NOW
from firstwin.match.starts.found import Findings
from firstwin.match.starts.shared import (
    EARLIEST,
    event_key,
    founds,
    is_taken,
    may_nudge,
    subject_of,
)
from firstwin.match.words.movement import differ, is_one_of, name_of
from firstwin.rules.terms import ChangedStart


class PropertyChanged:
    """A property took another value; a late fact is looked at again together with the one that follows it."""

    def look(
        self, connection: Connection, asked: Asked, moment: Moment, earliest: datetime, /, everyone: bool
    ) -> Findings:
        return founds(connection, asked, moment, _property_changed, everyone=everyone, earliest=earliest)


@lru_cache(maxsize=4096)
def _property_changed(asked: Asked, everyone: bool) -> Select[Any]:
    when = changed_start(asked)
    fact, before = tables.event.alias("e"), tables.event.alias("before")
    name = name_of(when.of)
    subject, key = subject_of(asked, fact), event_key(fact)
    statement = (
        select(
            fact.c.seq, subject.label("subject"), key.label("key"), literal("", Text()).label("per"),
            fact.c.occurred_at, fact.c.person_id, fact.c.props, before.c.props.label("before"),
        )
        .select_from(fact.outerjoin(before, before.c.seq == _fact_before(asked, fact, name)))
        .where(subject.is_not(None), fact.c.name == name, fact.c.occurred_at <= NOW, fact.c.occurred_at >= EARLIEST)
        .where(*asked.seen.visible(fact), *may_nudge(asked, fact), ~is_taken(subject, key, of_everyone=everyone))
        .where(differ(fact, before), is_one_of(before, when.old), is_one_of(fact, when.new))
        .order_by(fact.c.occurred_at, fact.c.seq)
    )  # fmt: skip
    return statement if everyone else statement.where(among(subject, _subjects(asked)))


def _subjects(asked: Asked) -> Select[tuple[str]]:
    """Whose property has a new fact."""
    return changed_subjects(frozenset({Boundary(name_of(changed_start(asked).of))}), asked.rule.about, asked.seen)


def changed_start(asked: Asked) -> ChangedStart:
    if not isinstance(asked.rule.when, ChangedStart):
        msg = f"{asked.rule.id} does not start with a change"
        raise TypeError(msg)
    return asked.rule.when


def _fact_before(asked: Asked, fact: FromClause, name: str) -> ColumnElement[Any]:
    earlier = tables.event.alias("earlier")
    return (
        select(earlier.c.seq)
        .where(subject_of(asked, earlier) == subject_of(asked, fact), earlier.c.name == name)
        .where(tuple_(earlier.c.occurred_at, earlier.c.seq) < tuple_(fact.c.occurred_at, fact.c.seq))
        .where(*asked.seen.visible(earlier))
        .order_by(earlier.c.occurred_at.desc(), earlier.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
