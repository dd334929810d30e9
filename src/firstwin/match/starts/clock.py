"""Starts that a local clock strikes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Select, Text, bindparam, literal, select

from firstwin.db import tables
from firstwin.db.types import MICROSECOND, Json, json_text, period_start
from firstwin.match.calendar import places_of, zone_of
from firstwin.match.episodes import subjects_of
from firstwin.match.plan import Asked, Moment
from firstwin.match.scope import Scope, StartColumns
from firstwin.match.seen import NOW
from firstwin.match.starts.found import Findings, Found
from firstwin.match.strikes import Strikes, strikes_of
from firstwin.match.word import word
from firstwin.match.words.properties import exists
from firstwin.rules.terms import NoneOf, Subject
from firstwin.rules.terms_clock import ClockStart


class ClockStruck:
    """The newest strike since the tick before, for everyone who was there then; those missed before it are noted.

    The rule's gates narrow the question: whom it does not speak of begins nothing, day after day.
    """

    def look(
        self,
        connection: Connection,
        asked: Asked,
        moment: Moment,
        earliest: datetime,
        /,
        everyone: bool,  # noqa: ARG002 - no fact has to be new, so that it is the same question
    ) -> Findings:
        after = earliest - MICROSECOND
        if moment.previous is not None:
            after = max(after, moment.previous)
        struck = strikes_of(clock_start(asked), places(connection, asked, moment), after, moment.now)
        if not struck:
            return Findings()
        parameters = asked.parameters(connection, moment, struck=struck.newest())
        rows = connection.execute(_statement(asked), parameters).all()
        found = [one for row in rows for one in _founds(row, struck)]
        return Findings(tuple(sorted(found, key=lambda one: (one.at, one.subject))))


def _founds(row: Row[Any], struck: Strikes) -> Iterator[Found]:
    *missed, newest = struck.of(row.place)
    for strike in missed:
        if row.created <= strike.at:
            yield Found(row.subject, strike.day.isoformat(), strike.at, noted="replaced")
    yield Found(row.subject, newest.day.isoformat(), newest.at)


def clock_start(asked: Asked) -> ClockStart:
    if not isinstance(asked.rule.when, ClockStart):
        msg = f"{asked.rule.id} does not start by the clock"
        raise TypeError(msg)
    return asked.rule.when


def places(connection: Connection, asked: Asked, moment: Moment) -> dict[str, ZoneInfo]:
    """By place (a zone's name or a CSM's, "" for every other): where the rule's clock strikes."""
    match clock_start(asked).zone:
        case "UTC":
            return {"": ZoneInfo("UTC")}
        case "csm":
            named = {name: zone_of(zone) for name, zone in moment.csm_zones.items()}
            others = zone_of(moment.zone) or ZoneInfo("UTC")
            return {"": others, **{name: zone for name, zone in named.items() if zone is not None}}
        case "account" | "person":
            return dict(places_of(connection, moment.zone))


@lru_cache(maxsize=4096)
def _statement(asked: Asked) -> Select[Any]:
    """Whom it struck: those who were there at the newest strike of their place, and whom the rule speaks of."""
    whom = _whom(asked).subquery("whom")
    at = period_start(bindparam("struck", type_=Json), whom.c.place)
    scope = Scope(asked.rule.about, whom.c.id, asked.seen, StartColumns(at, literal({}, Json)))
    return (
        select(whom.c.id.label("subject"), whom.c.place, whom.c.created)
        .where(at <= NOW, whom.c.created <= at, exists(scope))
        .where(*_gates(asked, scope))
    )


def _gates(asked: Asked, scope: Scope) -> Iterator[ColumnElement[bool]]:
    """Judged once more when it is decided, with everything else."""
    if asked.rule.unless is not None:
        yield word(NoneOf((asked.rule.unless,))).holds(scope)
    if asked.rule.only_if is not None:
        yield word(asked.rule.only_if).holds(scope)


def _whom(asked: Asked) -> Select[Any]:
    kind = asked.rule.about
    subject = subjects_of(kind)
    scope, fact = Scope(kind, subject.c.id, asked.seen), tables.event.alias()
    created = scope.newest_of(fact, f"firstwin.{kind}.created_at", kind, fact.c.value_at).scalar_subquery()
    return select(subject.c.id, _place(asked, scope).label("place"), created.label("created"))


def _place(asked: Asked, scope: Scope) -> ColumnElement[Any]:
    match clock_start(asked).zone:
        case "UTC":
            return literal("", Text())
        case "csm":
            return _text_of(scope, "account", "csm")
        case "account" | "person" as whose:
            return _text_of(scope, whose, "timezone")


def _text_of(scope: Scope, whose: Subject, prop: str) -> ColumnElement[Any]:
    fact = tables.event.alias()
    value = json_text(fact.c.props, "value")
    newest: ColumnElement[Any] = scope.newest_of(fact, f"firstwin.{whose}.{prop}", whose, value).scalar_subquery()
    return newest
