"""What a subject looks like at a moment: the properties, the people and the account that its facts tell."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

import orjson
from sqlalchemy import ColumnElement, Connection, Select, Text, and_, bindparam, cast, func, or_, select, true

from firstwin.db import tables
from firstwin.db.bulk import one_of
from firstwin.db.runs import Run
from firstwin.db.types import Instant
from firstwin.facts.subject import Kind

event, member = tables.event.c, tables.member.c
NOW: ColumnElement[datetime] = bindparam("now", type_=Instant())
KNOWN, EVERYTHING = (
    event.known_at <= NOW,
    true(),
)  # what a replay may see, and what there is; the same objects each time


class Clock(Protocol):
    """Whose now it is."""

    @property
    def run(self) -> Run: ...
    @property
    def now(self) -> datetime: ...


@dataclass(frozen=True)
class Member:
    """A person of an account. ``email`` and ``role`` are None where nobody said them as a text."""

    id: str
    since: datetime
    email: str | None
    role: str | None
    name: str | None


def look(connection: Connection, kind: Kind, ids: Collection[str], at: Clock) -> dict[str, dict[str, Any]]:
    """All properties at the run's now, the id among them, and a person's names however they were spelled."""
    found = properties(connection, kind, ids, at.now, seen_by(at))
    names = _names if kind == "person" else dict[str, Any]
    return {subject: {**props, **names(props), "id": subject} for subject, props in found.items()}


def seen_by(at: Clock) -> ColumnElement[bool] | None:
    """A replay sees only what was known at its now."""
    return None if at.run.is_live else KNOWN


def properties(
    connection: Connection,
    kind: Kind,
    ids: Collection[str],
    now: datetime,
    seen: ColumnElement[bool] | None = None,
) -> dict[str, dict[str, Any]]:
    """Each subject's properties at ``now``; an empty one for a subject without any. ``seen`` limits the facts."""
    found: dict[str, dict[str, Any]] = {subject: {} for subject in ids}
    if not found:
        return found
    begin = len(f"firstwin.{kind}.")
    query = _newest(kind, EVERYTHING if seen is None else seen)
    for subject, name, props in connection.execute(query, {"ids": list(ids), "now": now}).all():
        value = orjson.loads(props).get("value")
        if value is not None:
            found[subject][name[begin:]] = value
    return found


def people_of(
    connection: Connection, accounts: Collection[str], now: datetime, seen: ColumnElement[bool] | None = None
) -> dict[str, list[Member]]:
    """The people of each account at ``now``, those first who joined first, without those who were deleted."""
    if not accounts:
        return {}
    rows = connection.execute(_MEMBERS, {"ids": list(accounts), "now": now}).all()
    known = properties(connection, "person", {row.person_id for row in rows}, now, seen)
    found: dict[str, list[Member]] = {account: [] for account in accounts}
    for row in rows:
        props = known[row.person_id]
        if props.get("deleted") is not True:
            found[row.account_id].append(_member(row.person_id, row.since, props))
    return found


def accounts_of(
    connection: Connection, people: Collection[str], now: datetime, seen: ColumnElement[bool] | None = None
) -> dict[str, str]:
    """The account of each person that is in one; of several, the one joined last."""
    found = properties(connection, "person", people, now, seen)
    return {person: props["account"] for person, props in found.items() if "account" in props}


def unplaced(connection: Connection) -> int:
    """How many events belong to no account: their person is in none, or in several."""
    query = select(func.count()).where(event.account_id.is_(None), event.name.not_like("firstwin.%"))
    return connection.execute(query).scalar_one()


_MEMBERS = (
    select(member.account_id, member.person_id, member.since)
    .where(one_of(member.account_id, "ids"), member.since <= NOW)
    .where(or_(member.until.is_(None), member.until > NOW))
    .order_by(member.since, member.person_id)
)


@lru_cache(maxsize=8)
def _newest(kind: Kind, seen: ColumnElement[bool]) -> Select[Any]:
    """The newest fact of each property."""
    whose = event.account_id if kind == "account" else event.person_id
    newest_first = (event.occurred_at.desc(), event.seq.desc())
    rank = func.row_number().over(partition_by=(whose, event.name), order_by=newest_first)
    ranked = (
        select(whose.label("subject"), event.name, event.props, rank.label("rank"))
        .where(one_of(whose, "ids"), _is_property(kind), event.occurred_at <= NOW, seen)
        .subquery("ranked")
    )
    return select(ranked.c.subject, ranked.c.name, cast(ranked.c.props, Text)).where(ranked.c.rank == 1)


def _is_property(kind: Kind) -> ColumnElement[bool]:
    """The bounds are for the index. They hold in every collation, which a bound with a dot in it would not.

    No LIKE: for its parameter SQLite plans the statement anew each time that it is asked.
    """
    name = event.name
    return and_(
        name >= "firstwin", name < "firstwio", func.substr(name, 1, len(f"firstwin.{kind}.")) == f"firstwin.{kind}."
    )


def _member(person: str, since: datetime, props: Mapping[str, Any]) -> Member:
    return Member(person, since, _text(props.get("email")), _text(props.get("role")), _names(props).get("name"))


def _names(props: Mapping[str, Any]) -> dict[str, str]:
    """``name`` and ``first_name``, as far as they can be told."""
    first = _text(props.get("first_name")) or _text(props.get("firstName"))
    last = _text(props.get("last_name")) or _text(props.get("lastName"))
    name = _text(props.get("name")) or " ".join(filter(None, (first, last)))
    found = {"name": name, "first_name": first or name.partition(" ")[0]}
    return {key: value for key, value in found.items() if value}


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
