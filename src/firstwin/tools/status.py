"""How things stand: what waits, what was skipped and why, which feeds are silent, who is alive. Read only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, func, select

from firstwin.db import tables as t
from firstwin.db.engine import clock
from firstwin.db.runs import find_run
from firstwin.facts.intake import SourceStatus, source_status
from firstwin.facts.timeline import unplaced
from firstwin.tools.destinations import Destination, stopped
from firstwin.tools.pauses import Paused, pauses
from firstwin.tools.vital import Heart, hearts, lag, tripped, waits


@dataclass(frozen=True)
class RuleStatus:
    """``lag`` is how long ago its last slot was, by the run's clock; None before its first.

    ``held`` is why it holds nudges since ``held_since``: what it waits for is not coming in. ``tripped`` is why it was paused
    by itself.
    """

    id: str
    version: str
    last_slot: datetime | None
    lag: timedelta | None
    paused: bool
    error: str | None
    starts: Mapping[str, int]
    nudges: int
    skips: Mapping[str, int]
    held_out: int = 0
    held: str | None = None
    held_since: datetime | None = None
    tripped: str | None = None


@dataclass(frozen=True)
class Feed:
    """One event name, and when it came last."""

    name: str
    count: int
    last_at: datetime


@dataclass(frozen=True)
class Status:
    """``not_sent`` counts the deliveries that ended without a message, by state and reason.

    ``outcomes`` counts what mail providers told of messages, by kind. ``waits`` is how long the oldest message has been due
    that nothing keeps back.
    """

    at: datetime
    deliveries: Mapping[str, int]
    not_sent: Mapping[str, int]
    outcomes: Mapping[str, int]
    rules: tuple[RuleStatus, ...]
    accounts: int
    people: int
    unplaced: int
    feeds: tuple[Feed, ...]
    sources: tuple[SourceStatus, ...]
    hearts: tuple[Heart, ...]
    paused: bool
    stopped: tuple[Destination, ...]
    waits: timedelta | None = None
    pauses: tuple[Paused, ...] = ()


def status(connection: Connection, run: str = t.LIVE) -> Status:
    """Everything that ``firstwin status`` tells, from one snapshot of the database."""
    real = clock(connection)
    found = find_run(connection, run)
    at = found.at(real) if found else real
    held = {row.scope: row for row in connection.execute(select(t.pause))}
    return Status(
        at=at,
        deliveries=_counts(connection, t.delivery, t.delivery.c.state, run),
        not_sent=_not_sent(connection, run),
        outcomes=_outcomes(connection),
        rules=tuple(_rules(connection, run, at, held)),
        accounts=_size(connection, t.account),
        people=_size(connection, t.person),
        unplaced=unplaced(connection),
        feeds=_feeds(connection),
        sources=tuple(source_status(connection, real)),
        hearts=hearts(connection, real),
        paused="*" in held,
        stopped=stopped(connection, real),
        waits=waits(connection, run, at, real),
        pauses=pauses(held.values()),
    )


def _rules(connection: Connection, run: str, at: datetime, pauses: Mapping[str, Row[Any]]) -> list[RuleStatus]:
    starts = _per_rule(connection, t.start, t.start.c.state, run)
    skips = _per_rule(connection, t.skip, t.skip.c.reason, run)
    nudges = _per_rule(connection, t.nudge, t.nudge.c.state, run)
    rows = connection.execute(select(t.rule).where(t.rule.c.run == run).order_by(t.rule.c.id))
    return [
        RuleStatus(
            id=row.id,
            version=row.version,
            last_slot=row.last_slot,
            lag=lag(row, at),
            paused=row.id in pauses,
            error=row.error,
            starts=starts[row.id],
            nudges=nudges[row.id].get("nudged", 0),
            skips=skips[row.id],
            held_out=nudges[row.id].get("held_out", 0),
            held=row.held_why,
            held_since=row.held_since,
            tripped=tripped(pauses, row.id),
        )
        for row in rows
    ]


def _counts(connection: Connection, table: Table, by: ColumnElement[Any], run: str) -> dict[str, int]:
    query = select(by, func.count()).where(table.c.run == run).group_by(by).order_by(by)
    return dict(connection.execute(query).all())


def _per_rule(connection: Connection, table: Table, by: ColumnElement[Any], run: str) -> dict[str, dict[str, int]]:
    query = select(table.c.rule, by, func.count()).where(table.c.run == run).group_by(table.c.rule, by).order_by(by)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for rule, value, count in connection.execute(query):
        found[rule][value] = count
    return found


def _not_sent(connection: Connection, run: str) -> dict[str, int]:
    d = t.delivery.c
    query = (
        select(d.state, d.reason, func.count())
        .where(d.run == run, d.reason.is_not(None), d.state != "delivered")
        .group_by(d.state, d.reason)
        .order_by(d.state, d.reason)
    )
    return {f"{state}: {reason}": count for state, reason, count in connection.execute(query)}


def _outcomes(connection: Connection) -> dict[str, int]:
    o = t.outcome.c
    query = select(o.kind, func.count()).group_by(o.kind).order_by(o.kind)
    return dict(connection.execute(query).all())


def _size(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def event_names(connection: Connection) -> frozenset[str]:
    """Every name that ever came in."""
    return frozenset(connection.scalars(select(t.event_name.c.name)))


def _feeds(connection: Connection) -> tuple[Feed, ...]:
    e = t.event_name.c
    query = select(e.name, e.count, e.last_at).where(e.name.not_like("firstwin.%")).order_by(e.name)
    return tuple(Feed(*row) for row in connection.execute(query))


def rejects(folder: Path) -> dict[str, int]:
    """The files of lines that could not be imported, and how many lines each holds."""
    return {file.name: file.read_bytes().count(b"\n") for file in sorted(folder.glob("*.rejects.jsonl"))}
