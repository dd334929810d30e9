"""Starts that are dates which events bring: the newest event says which date holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, Text, and_, func, literal, or_, select
from sqlalchemy.sql.expression import false

from firstwin.db import tables
from firstwin.db.types import json_text
from firstwin.match.episodes import RULE
from firstwin.match.narrow import ask
from firstwin.match.plan import Asked, Moment
from firstwin.match.scope import Scope
from firstwin.match.seen import RUN
from firstwin.match.starts.dates import is_open_to_take
from firstwin.match.starts.events import ranking
from firstwin.match.starts.found import Findings, Found, Leaving
from firstwin.match.starts.shared import event_start, fitting, per_of, start, subject_of
from firstwin.match.starts.years import moment_on, zone_or


class DateOfEvent:
    """The date that the newest event of each ``per`` brought; another date, or none, ends the start of the old one."""

    def look(
        self, connection: Connection, asked: Asked, moment: Moment, earliest: datetime, /, everyone: bool
    ) -> Findings:
        rows = ask(connection, asked, moment, _dates, everyone=everyone)
        left = tuple(Leaving(row.subject, "date_moved", row.key, row.per or "") for row in rows if row.moved)
        found = (one for row in rows for one in _found(asked, moment, row) if one.at >= earliest)
        return Findings(tuple(sorted(found, key=lambda one: (one.at, one.subject, one.per))), left)


def _found(asked: Asked, moment: Moment, row: Row[Any]) -> Iterator[Found]:
    at = moment_on(row.raw, zone_or(row.zone, moment.zone), event_start(asked).at) if row.raw is not None else None
    if at is not None and row.state in (None, "left"):
        props = {**row.props, "date": row.raw}
        yield Found(row.subject, row.key, at, row.per or "", row.person_id, props, row.start_id)


@lru_cache(maxsize=4096)
def _dates(asked: Asked, everyone: bool) -> Select[Any]:
    """What the newest events say, beside the start of that date and whether a running one is of another."""
    newest = ranking(asked, everyone, newest_first=True).subquery("newest")
    raw, key, per = _raw(asked, newest), key_of(asked, newest, newest.c.per), func.coalesce(newest.c.per, "")
    its_start, other = start.alias("its_start"), start.alias("other")
    of_date = and_(
        its_start.c.run == RUN, its_start.c.rule == RULE, its_start.c.subject == newest.c.subject, its_start.c.key == key
    )  # fmt: skip
    moved = (
        select(other.c.id)
        .where(other.c.run == RUN, other.c.rule == RULE, other.c.subject == newest.c.subject, other.c.state == "open")
        .where(other.c.per == per, other.c.key != func.coalesce(key, ""))
        .exists()
    )
    return (
        select(
            newest.c.subject, newest.c.per, newest.c.person_id, newest.c.props, raw.label("raw"), key.label("key"),
            its_start.c.id.label("start_id"), its_start.c.state, moved.label("moved"),
            _zone(asked, newest.c.subject).label("zone"),
        )
        .select_from(newest.outerjoin(its_start, of_date))
        .where(newest.c.place == 1, or_(moved, and_(key.is_not(None), is_open_to_take(its_start))))
    )  # fmt: skip


def _raw(asked: Asked, event: FromClause) -> ColumnElement[Any]:
    return json_text(event.c.props, event_start(asked).date or "")


def key_of(asked: Asked, event: FromClause, per: ColumnElement[Any]) -> ColumnElement[Any]:
    """The date as it was written, of each ``per``; NULL where the event brought none."""
    raw = _raw(asked, event)
    if event_start(asked).per is None:
        return raw
    both: ColumnElement[Any] = raw.concat(literal(" ", Text())).concat(per)
    return both


def _zone(asked: Asked, subject: ColumnElement[str]) -> ColumnElement[Any]:
    """A date without a time is a day of the subject's own zone."""
    scope, fact, kind = Scope(asked.rule.about, subject, asked.seen), tables.event.alias(), asked.rule.about
    named = json_text(fact.c.props, "value")
    newest: ColumnElement[Any] = scope.newest_of(fact, f"firstwin.{kind}.timezone", kind, named).scalar_subquery()
    return newest


def still_brought(asked: Asked) -> ColumnElement[bool]:
    """Whether the newest event still brings the date of a start, asked at the wire."""
    fact = tables.event.alias()
    per = per_of(asked, fact)
    newest = (
        select(key_of(asked, fact, per))
        .where(subject_of(asked, fact) == start.c.subject, fitting(asked, fact), func.coalesce(per, "") == start.c.per)
        .order_by(fact.c.occurred_at.desc(), fact.c.seq.desc())
        .limit(1)
        .correlate(start)
        .scalar_subquery()
    )
    return func.coalesce(newest == start.c.key, false())
