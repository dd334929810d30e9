"""Starts that are events: each one, the n-th of all, or always the latest."""

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
    func,
    literal,
    select,
)

from firstwin.db import tables
from firstwin.db.bulk import among
from firstwin.match.episodes import RULE
from firstwin.match.plan import Asked, Moment
from firstwin.match.seen import RUN
from firstwin.match.starts.found import Findings
from firstwin.match.starts.shared import (
    EARLIEST,
    event_key,
    event_start,
    fitting,
    founds,
    is_taken,
    may_nudge,
    new_facts,
    per_of,
    start,
    subject_of,
    subjects_with_new_events,
)


class EveryEvent:
    """Each event that fits is a start."""

    def look(
        self, connection: Connection, asked: Asked, moment: Moment, earliest: datetime, /, everyone: bool
    ) -> Findings:
        return founds(connection, asked, moment, every, everyone=everyone, earliest=earliest)


@lru_cache(maxsize=4096)
def every(asked: Asked, everyone: bool) -> Select[Any]:
    """Each event that starts the rule, with the moment at which it was known."""
    when, fact = event_start(asked), tables.event.alias("e")
    key = event_key(fact)
    statement = _columns(asked, fact, key).add_columns(fact.c.known_at)
    statement = statement.where(fitting(asked, fact, among_few=not everyone))
    statement = statement.where(fact.c.occurred_at >= EARLIEST)
    if not everyone:
        statement = statement.where(among(fact.c.seq, new_facts(asked)))
    statement = statement.where(*may_nudge(asked, fact), ~is_taken(subject_of(asked, fact), key, of_everyone=everyone))
    if when.per is not None:
        statement = statement.where(per_of(asked, fact).is_not(None))
    return statement.order_by(fact.c.occurred_at, fact.c.seq)


class NthEvent:
    """The first, or the n-th, of all the events that fit there ever were."""

    def look(
        self, connection: Connection, asked: Asked, moment: Moment, earliest: datetime, /, everyone: bool
    ) -> Findings:
        return founds(connection, asked, moment, _nth, everyone=everyone, earliest=earliest)


@lru_cache(maxsize=4096)
def _nth(asked: Asked, everyone: bool) -> Select[Any]:
    when = event_start(asked)
    place = 1 if when.which == "first" else int(when.which)
    ranked = ranking(asked, everyone, newest_first=False).subquery("ranked")
    key: ColumnElement[str] = literal(f"nth:{place}", Text())
    if when.per is not None:
        key = key.concat(literal(":", Text())).concat(ranked.c.per)
    return (
        _outer_columns(ranked, key)
        .where(ranked.c.place == place, ranked.c.occurred_at >= EARLIEST, *may_nudge(asked, ranked))
        .where(~is_taken(ranked.c.subject, key, of_everyone=everyone))
        .order_by(ranked.c.occurred_at, ranked.c.seq)
    )


class LatestEvent:
    """The newest event that fits: it replaces the running start, and the clock begins again."""

    def look(
        self, connection: Connection, asked: Asked, moment: Moment, earliest: datetime, /, everyone: bool
    ) -> Findings:
        return founds(connection, asked, moment, _latest, everyone=everyone, earliest=earliest)


@lru_cache(maxsize=4096)
def _latest(asked: Asked, everyone: bool) -> Select[Any]:
    ranked = ranking(asked, everyone, newest_first=True).subquery("ranked")
    as_new = start.alias()
    newer_taken = (
        select(as_new.c.id)
        .where(as_new.c.run == RUN, as_new.c.rule == RULE, as_new.c.subject == ranked.c.subject)
        .where(as_new.c.per == func.coalesce(ranked.c.per, ""), as_new.c.at >= ranked.c.occurred_at)
        .exists()
    )
    key = event_key(ranked)
    return (
        _outer_columns(ranked, key)
        .where(ranked.c.place == 1, ranked.c.occurred_at >= EARLIEST, *may_nudge(asked, ranked))
        .where(~is_taken(ranked.c.subject, key, of_everyone=everyone), ~newer_taken)
        .order_by(ranked.c.occurred_at, ranked.c.seq)
    )


def ranking(asked: Asked, everyone: bool, *, newest_first: bool) -> Select[Any]:
    when, fact = event_start(asked), tables.event.alias("e")
    subject, per = subject_of(asked, fact), per_of(asked, fact)
    order = [fact.c.occurred_at.desc(), fact.c.seq.desc()] if newest_first else [fact.c.occurred_at, fact.c.seq]
    place = func.row_number().over(partition_by=[subject, per], order_by=order).label("place")
    inner = select(fact, subject.label("subject"), per.label("per"), place).where(fitting(asked, fact))
    if when.per is not None:
        inner = inner.where(per.is_not(None))
    return inner if everyone else inner.where(among(subject, subjects_with_new_events(asked)))


def _columns(asked: Asked, fact: FromClause, key: ColumnElement[str]) -> Select[Any]:
    return select(
        fact.c.seq,
        subject_of(asked, fact).label("subject"),
        key.label("key"),
        per_of(asked, fact).label("per"),
        fact.c.occurred_at,
        fact.c.person_id,
        fact.c.props,
    )


def _outer_columns(ranked: FromClause, key: ColumnElement[str]) -> Select[Any]:
    columns = ranked.c
    return select(
        columns.seq,
        columns.subject,
        key.label("key"),
        columns.per,
        columns.occurred_at,
        columns.person_id,
        columns.props,
    )
