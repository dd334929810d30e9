"""How an event has been arriving: a few probes of one index, however many events there are."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, bindparam, case, func, literal_column, select

from firstwin.db import tables
from firstwin.db.types import Instant, shift
from firstwin.match.seen import NOW, Seen

STRIDE = timedelta(minutes=20)  # gaps below this are stepped over
NAME: ColumnElement[str] = bindparam("name")
SINCE: ColumnElement[datetime] = bindparam("since", type_=Instant())
event = tables.event


def seen_of(connection: Connection, seen: Seen, name: str, now: datetime, most: int) -> int:
    """How many of these events there were until now, counted up to ``most``."""
    found: int = connection.execute(_counted(seen), {"name": name, "now": now, "most": most}).scalar_one()
    return found


def last_of(connection: Connection, seen: Seen, name: str, now: datetime) -> datetime | None:
    """When the newest one happened, of anybody."""
    return connection.execute(_last(seen), {"name": name, "now": now}).scalar()


def longest_gap(connection: Connection, seen: Seen, name: str, since: datetime, now: datetime) -> timedelta:
    """The longest time without any between the first after ``since`` and the last; one below 20 minutes only roughly."""
    rows = connection.execute(_strides(seen), {"name": name, "now": now, "since": since})
    times = [row.at for row in rows if row.at is not None]
    return max((later - earlier for earlier, later in pairwise(times)), default=timedelta(0))


def _these(fact: FromClause, seen: Seen) -> tuple[ColumnElement[bool], ...]:
    return (fact.c.name == NAME, fact.c.occurred_at <= NOW, *seen.visible(fact))


@lru_cache(maxsize=4)
def _counted(seen: Seen) -> Select[Any]:
    found: Select[Any] = select(literal_column("1")).where(*_these(event, seen)).order_by(event.c.occurred_at.desc())
    some = found.limit(
        bindparam("most")
    ).subquery()  # in the order of the index: else PostgreSQL may rather read the table
    return select(func.count()).select_from(some)


@lru_cache(maxsize=4)
def _last(seen: Seen) -> Select[Any]:
    at = event.c.occurred_at
    return select(at).where(*_these(event, seen)).order_by(at.desc()).limit(1)


@lru_cache(maxsize=4)
def _strides(seen: Seen) -> Select[Any]:
    """From one event to the last one within a stride, else to the next one: two steps are more than one stride."""
    first, near, far = event.alias(), event.alias(), event.alias()
    begin = select(first.c.occurred_at).where(*_these(first, seen), first.c.occurred_at >= SINCE)
    begin = begin.order_by(first.c.occurred_at).limit(1)
    hop = select(begin.scalar_subquery().label("at")).cte("hop", recursive=True)
    reach = shift(hop.c.at, STRIDE)
    end = case((reach < NOW, reach), else_=NOW)  # one upper bound: of two, SQLite takes the wrong one for its index
    within = select(near.c.occurred_at).where(near.c.name == NAME, *seen.visible(near))
    within = within.where(near.c.occurred_at > hop.c.at, near.c.occurred_at <= end)
    beyond = select(far.c.occurred_at).where(*_these(far, seen), far.c.occurred_at > hop.c.at)
    last_within = within.order_by(near.c.occurred_at.desc()).limit(1).correlate(hop).scalar_subquery()
    next_one = beyond.order_by(far.c.occurred_at).limit(1).correlate(hop).scalar_subquery()
    onward = select(func.coalesce(last_within, next_one, type_=Instant())).where(hop.c.at.is_not(None))
    return select(hop.union_all(onward).c.at)
