"""Starts that are dates in the data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    func,
    or_,
    select,
)

from firstwin.db import tables
from firstwin.db.bulk import among
from firstwin.db.types import json_text
from firstwin.match import boundary
from firstwin.match.changed import changed_subjects
from firstwin.match.episodes import RULE, subjects_of
from firstwin.match.narrow import ask
from firstwin.match.plan import Asked, Moment
from firstwin.match.scope import Scope
from firstwin.match.seen import RUN
from firstwin.match.starts.found import Findings, Found, Leaving
from firstwin.match.starts.shared import (
    start,
)
from firstwin.match.starts.years import moment_on, zone_or
from firstwin.rules.terms import (
    DateStart,
    PropertyName,
    Subject,
)


class DateInData:
    """The date that a property holds now; a moved date ends the start of the old one."""

    def look(
        self, connection: Connection, asked: Asked, moment: Moment, earliest: datetime, /, everyone: bool
    ) -> Findings:
        found, left = [], []
        for row in ask(connection, asked, moment, _dates, everyone=everyone):
            if row.moved:
                left.append(Leaving(row.subject, "date_moved", row.key))
            at = _at(asked, moment, row)
            if at is not None and (row.state == "left" or (row.state is None and at >= earliest)):
                found.append(Found(row.subject, row.key, at, props={"date": row.key}, returns=row.start_id))
        return Findings(tuple(sorted(found, key=lambda f: (f.at, f.subject))), tuple(left))


def _at(asked: Asked, moment: Moment, row: Row[Any]) -> datetime | None:
    at = date_start(asked).at
    if row.key is None or at is None:
        return None if row.key is None else row.at
    return moment_on(row.key, zone_or(row.zone, moment.zone), at)


@lru_cache(maxsize=4096)
def _dates(asked: Asked, everyone: bool) -> Select[Any]:
    """Each subject's date now, beside the start of that very date and whether any running start is of another."""
    rule, when = asked.rule, date_start(asked)
    subject = subjects_of(rule.about)
    fact, its_start, other = tables.event.alias("e"), start.alias("its_start"), start.alias("other")
    key = json_text(fact.c.props, "value")
    newest = and_(fact.c.seq == newest_fact(asked, subject.c.id, when.of), fact.c.value_at.is_not(None))
    of_date = and_(
        its_start.c.run == RUN, its_start.c.rule == RULE, its_start.c.subject == subject.c.id, its_start.c.key == key
    )
    moved = (
        select(other.c.id)
        .where(other.c.run == RUN, other.c.rule == RULE, other.c.subject == subject.c.id, other.c.state == "open")
        .where(other.c.key != func.coalesce(key, ""))
        .exists()
    )
    statement = (
        select(
            subject.c.id.label("subject"), key.label("key"), fact.c.value_at.label("at"),
            its_start.c.id.label("start_id"), its_start.c.state, moved.label("moved"),
            *_zone(asked, subject.c.id),
        )
        .select_from(subject.outerjoin(fact, newest).outerjoin(its_start, of_date))
        .where(or_(moved, and_(key.is_not(None), is_open_to_take(its_start))))
    )  # fmt: skip
    return statement if everyone else statement.where(among(subject.c.id, _subjects(asked)))


def _zone(asked: Asked, subject: ColumnElement[str]) -> Iterator[ColumnElement[Any]]:
    if date_start(asked).at is not None:
        yield Scope(asked.rule.about, subject, asked.seen).zone().label("zone")


def _subjects(asked: Asked) -> Select[tuple[str]]:
    """Whose date has a new fact."""
    kind = asked.rule.about
    return changed_subjects(boundary.of_property(date_start(asked).of, (), kind), kind, asked.seen)


def date_start(asked: Asked) -> DateStart:
    if not isinstance(asked.rule.when, DateStart):
        msg = f"{asked.rule.id} does not start with a date"
        raise TypeError(msg)
    return asked.rule.when


def is_open_to_take(its_start: FromClause) -> ColumnElement[bool]:
    moved_away = and_(its_start.c.state == "left", its_start.c.reason == "date_moved")
    return or_(its_start.c.id.is_(None), moved_away)


def newest_fact(asked: Asked, subject: ColumnElement[str], of: PropertyName) -> ColumnElement[Any]:
    scope, fact = Scope(asked.rule.about, subject, asked.seen), tables.event.alias()
    whose: Subject = "account" if of.scope == "account" else "person"
    newest: ColumnElement[Any] = scope.newest_of(
        fact, f"firstwin.{of.scope}.{of.name}", whose, fact.c.seq
    ).scalar_subquery()
    return newest
