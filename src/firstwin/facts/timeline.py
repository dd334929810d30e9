"""What a subject looks like at a moment: the properties, the people and the account that its facts tell."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)

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


class Member(NamedTuple):
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
    names: tuple[str, ...] = (),
    latest: dict[str, datetime] | None = None,
) -> dict[str, dict[str, Any]]:
    """Each subject's properties at ``now``; an empty one for a subject without any. ``seen`` limits the facts.

    ``names`` are those that are wanted, where not all are. ``latest`` is told since when each subject looks like this: a
    replay finds it as it is here at any moment from then on.
    """
    found: dict[str, dict[str, Any]] = {subject: {} for subject in ids}
    if not found:
        return found
    begin = len(f"firstwin.{kind}.")
    query = _newest(kind, EVERYTHING if seen is None else seen, names)
    for subject, name, props, at, known_at in connection.execute(query, {"ids": list(ids), "now": now}).all():
        value = orjson.loads(props).get("value")
        if value is not None:
            found[subject][name[begin:]] = value
        if latest is not None:
            latest[subject] = max(at, known_at, latest.get(subject, at))
    return found


def people_of(
    connection: Connection,
    accounts: Collection[str],
    now: datetime,
    seen: ColumnElement[bool] | None = None,
    names: tuple[str, ...] = (),
    latest: dict[str, datetime] | None = None,
) -> dict[str, list[Member]]:
    """The people of each account at ``now``, those first who joined first, without those who were deleted."""
    if not accounts:
        return {}
    rows = connection.execute(_MEMBERS, {"ids": list(accounts), "now": now}).all()
    since_when: dict[str, datetime] | None = None if latest is None else {}
    known = properties(connection, "person", {person for _, person, _ in rows}, now, seen, names, since_when)
    found: dict[str, list[Member]] = {account: [] for account in accounts}
    for account, person, since in rows:
        props = known[person]
        if props.get("deleted") is not True:
            found[account].append(_member(person, since, props, named=not names or "name" in names))
        if latest is not None and since_when is not None:
            latest[account] = max(since, since_when.get(person, since), latest.get(account, since))
    if latest is not None:
        for account, left in connection.execute(_LEFT, {"ids": list(accounts), "now": now}):
            latest[account] = max(left, latest.get(account, left))
    return found


def accounts_of(
    connection: Connection, people: Collection[str], now: datetime, seen: ColumnElement[bool] | None = None
) -> dict[str, str]:
    """The account of each person that is in one; of several, the one joined last."""
    found = properties(connection, "person", people, now, seen, ("account",))
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

_LEFT = (
    select(member.account_id, func.max(member.until, type_=Instant()))
    .where(one_of(member.account_id, "ids"), member.until <= NOW)
    .group_by(member.account_id)
)


@lru_cache(maxsize=64)
def _newest(kind: Kind, seen: ColumnElement[bool], names: tuple[str, ...]) -> Select[Any]:
    """The newest fact of each property, or of those that are named."""
    whose = event.account_id if kind == "account" else event.person_id
    newest_first = (event.occurred_at.desc(), event.seq.desc())
    rank = func.row_number().over(partition_by=(whose, event.name), order_by=newest_first)
    ranked = (
        select(whose.label("subject"), event.name, event.props, event.occurred_at, event.known_at, rank.label("rank"))
        .where(one_of(whose, "ids"), _is_property(kind, names), event.occurred_at <= NOW, seen)
        .subquery("ranked")
    )
    columns = ranked.c
    found = select(columns.subject, columns.name, cast(columns.props, Text), columns.occurred_at, columns.known_at)
    return found.where(columns.rank == 1)


def _is_property(kind: Kind, names: tuple[str, ...]) -> ColumnElement[bool]:
    """The bounds are for the index. They hold in every collation, which a bound with a dot in it would not.

    Written out in the SQL: of a bound that it doesn't know PostgreSQL believes that hardly a row lies within, and reads all
    that do. No LIKE: for its parameter SQLite plans the statement anew each time that it is asked.
    """
    name, own = event.name, f"firstwin.{kind}."
    if names:
        return name.in_([literal(f"{own}{each}") for each in names])
    from_, below = literal_column("'firstwin'", Text()), literal_column("'firstwio'", Text())
    return and_(name >= from_, name < below, func.substr(name, 1, len(own)) == own)


def _member(person: str, since: datetime, props: Mapping[str, Any], *, named: bool) -> Member:
    name = _names(props).get("name") if named else None
    return Member(person, since, _text(props.get("email")), _text(props.get("role")), name)


def _names(props: Mapping[str, Any]) -> dict[str, str]:
    """``name`` and ``first_name``, as far as they can be told."""
    first = _text(props.get("first_name")) or _text(props.get("firstName"))
    last = _text(props.get("last_name")) or _text(props.get("lastName"))
    name = _text(props.get("name")) or " ".join(filter(None, (first, last)))
    found = {"name": name, "first_name": first or name.partition(" ")[0]}
    return {key: value for key, value in found.items() if value}


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
