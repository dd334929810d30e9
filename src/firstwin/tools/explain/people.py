"""The people of an account, each with a short line on how a rule stands with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, select

from firstwin.db import tables as t
from firstwin.tools.reasons import in_words
from firstwin.tools.whom import Several


@dataclass(frozen=True)
class PersonSeen:
    person: str
    name: str
    says: str


@dataclass(frozen=True)
class PeopleSeen:
    """``more`` people are not listed."""

    rule: str
    account: str
    people: tuple[PersonSeen, ...]
    more: int


def people_seen(connection: Connection, run: str, rule: str, several: Several, now: datetime) -> PeopleSeen:
    ids = [person.id for person in several.people]
    starts = _newest(connection, t.start, run, rule, ids, t.start.c.seen_at, now)
    nudges = _newest(connection, t.nudge, run, rule, ids, t.nudge.c.decided_at, now)
    skips = _newest(connection, t.skip, run, rule, ids, t.skip.c.last_at, now)
    lines = [
        PersonSeen(one.id, one.name, _line(starts.get(one.id), nudges.get(one.id), skips.get(one.id)))
        for one in several.people
    ]
    return PeopleSeen(rule, several.account, tuple(lines), several.more)


def _newest(
    connection: Connection, table: Table, run: str, rule: str, ids: Sequence[str], at: Column[Any], now: datetime
) -> Mapping[str, Row[Any]]:  # fmt: skip
    c = table.c
    query = select(table).where(c.run == run, c.rule == rule, c.subject.in_(ids), at <= now).order_by(at)
    return {row.subject: row for row in connection.execute(query)}


def _line(start: Row[Any] | None, nudge: Row[Any] | None, skip: Row[Any] | None) -> str:
    if start is None:
        return "it never began"
    began = f"began {start.at:%Y-%m-%d %H:%M}"
    if nudge is not None:
        return f"{began}, nudged {nudge.decided_at:%Y-%m-%d %H:%M}"
    if skip is not None:
        return f"{began}, skipped {skip.last_at:%Y-%m-%d %H:%M}: {in_words(skip.reason)}"
    return f"{began}, {start.state}{': ' + in_words(start.reason) if start.reason else ''}"
