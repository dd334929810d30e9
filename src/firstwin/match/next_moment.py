"""When a condition could next change for one subject if nothing else happens: read from the same boundaries as ticks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from firstwin.db import tables
from firstwin.db.types import json_text, shift
from firstwin.match.boundary import Boundary
from firstwin.match.calendar import began, zone_of
from firstwin.match.episodes import boundaries_of, subjects_of
from firstwin.match.plan import Asked, Moment
from firstwin.match.scope import Scope
from firstwin.match.seen import NOW
from firstwin.rules.terms import Term

LONGEST: dict[str, timedelta] = {"day": timedelta(hours=26), "week": timedelta(days=8), "month": timedelta(days=32)}


def next_moment(connection: Connection, asked: Asked, moment: Moment, condition: Term, subject: str) -> datetime | None:
    """The first moment after ``now`` at which a fact that is known crosses a boundary, or a calendar period begins.

    The answer may be the same then as it is now, but it cannot change before. None: the clock alone changes nothing.
    """
    boundaries = boundaries_of(condition, asked.rule.about)
    found = [_crossing(connection, asked, moment, boundary, subject) for boundary in boundaries if not boundary.period]
    found += _periods(connection, asked, moment, {b.period for b in boundaries if b.period}, subject)
    return min((at for at in found if at is not None), default=None)


def _crossing(
    connection: Connection, asked: Asked, moment: Moment, boundary: Boundary, subject: str
) -> datetime | None:
    fact, whom = tables.event.alias(), subjects_of(asked.rule.about).alias()
    scope = Scope(asked.rule.about, whom.c.id, asked.seen)
    at = fact.c.value_at if boundary.of == "value" else fact.c.occurred_at
    owner = {"account": scope.of_account, "people": scope.of_people, "subject": scope.own}[boundary.whose](fact)
    query = (
        select(func.min(at))
        .select_from(whom.join(fact, owner))
        .where(whom.c.id == subject, fact.c.name == boundary.name, at > shift(NOW, -boundary.age))
        .where(*asked.seen.visible(fact))
    )
    first: datetime | None = connection.execute(query, asked.parameters(connection, moment)).scalar_one()
    return None if first is None else first + boundary.age


def _periods(connection: Connection, asked: Asked, moment: Moment, units: set[Any], subject: str) -> Iterator[datetime]:
    if not units:
        return
    whom = subjects_of(asked.rule.about).alias()
    scope, fact = Scope(asked.rule.about, whom.c.id, asked.seen), tables.event.alias()
    named = json_text(fact.c.props, "value")
    kind = asked.rule.about
    zone = scope.newest_of(fact, f"firstwin.{kind}.timezone", kind, named).scalar_subquery()
    query = select(zone).select_from(whom).where(whom.c.id == subject)
    name = connection.execute(query, asked.parameters(connection, moment)).scalar_one_or_none()
    place = zone_of(name or "") or zone_of(moment.zone)
    if place is None:
        return
    for unit in units:
        yield began(unit, place, began(unit, place, moment.now) + LONGEST[unit])
