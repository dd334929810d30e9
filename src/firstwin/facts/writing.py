"""Writes what a batch brought: a handful of statements, however many rows there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Dialect, Executable, Table, case, delete

from firstwin.db import tables
from firstwin.db.bulk import append, insert_given, one_of
from firstwin.facts.batch import COLUMNS, NAME, OCCURRED_AT, PERSON, Batch
from firstwin.facts.known import confirmed
from firstwin.facts.moments import is_zone
from firstwin.facts.moving import place, repoint
from firstwin.facts.past import ZONE
from firstwin.facts.subject import Subject

UNCOUNTED = {confirmed("account"), confirmed("person")}


def write(connection: Connection, batch: Batch, stored: int = 0) -> None:
    """First what concerns rows that are there. Then the new facts, which keep the database busy for the longest.

    So many of them, from the first on, are ``stored`` already.
    """
    if batch.aliases:
        repoint(connection, {previous: batch.resolve(previous) for previous in batch.aliases})
        for row in batch.rows[stored:]:
            row[PERSON] = batch.resolve(row[PERSON]) if row[PERSON] in batch.aliases else row[PERSON]
    if batch.placings:
        place(connection, [placing._replace(person=batch.resolve(placing.person)) for placing in batch.placings])
    if len(batch.rows) > stored:
        append(connection, tables.event, COLUMNS, batch.rows[stored:])
    subjects = [s for s in (*batch.accounts.values(), *batch.people.values()) if s.is_changed]
    _write_newest(connection, tables.account, (s for s in subjects if s.kind == "account"))
    _write_newest(connection, tables.person, (s for s in subjects if s.kind == "person" and s.id not in batch.aliases))
    _write_zones(connection, subjects)
    _write_stays(connection, batch)
    _count_names(connection, batch)


def _run(connection: Connection, statement: Executable, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, {"rows": orjson.dumps(rows).decode()})


def _write_newest(connection: Connection, table: Table, subjects: Iterable[Subject]) -> None:
    rows = [{"id": s.id, "traits": s.traits, "asserted": s.asserted} for s in subjects]
    _run(connection, _newest(connection.dialect, table), rows)


@lru_cache(maxsize=16)
def _newest(dialect: Dialect, table: Table) -> Executable:
    insert = insert_given(dialect, table, "id", "traits", "asserted")
    newest = {name: insert.excluded[name] for name in ("traits", "asserted")}
    return insert.on_conflict_do_update(index_elements=[table.c.id], set_=newest)


def _write_zones(connection: Connection, subjects: Iterable[Subject]) -> None:
    """Only those that some subject is in, or was: a calendar asks for each of them."""
    said = {zone for s in subjects if is_zone(zone := s.traits.get(ZONE))}
    _run(connection, _zones(connection.dialect), [{"name": zone} for zone in sorted(said)])


@lru_cache(maxsize=16)
def _zones(dialect: Dialect) -> Executable:
    return insert_given(dialect, tables.zone, "name").on_conflict_do_nothing()


def _write_stays(connection: Connection, batch: Batch) -> None:
    changed = [p.stays for p in batch.people.values() if p.stays.is_changed and p.id not in batch.aliases]
    known = [s.person for s in changed if s.person in batch.known.stays]
    if known:
        connection.execute(delete(tables.member).where(one_of(tables.member.c.person_id, "ids")), {"ids": known})
    rows = [
        {"person_id": s.person, "account_id": stay.account, "since": stay.since, "until": stay.until}
        for s in changed
        for stay in s.stays
    ]
    _run(connection, _members(connection.dialect), rows)


@lru_cache(maxsize=16)
def _members(dialect: Dialect) -> Executable:
    return insert_given(dialect, tables.member, "person_id", "account_id", "since", "until")


def _count_names(connection: Connection, batch: Batch) -> None:
    """What is dated ahead has come by now all the same."""
    times: dict[str, list[int]] = defaultdict(list)
    for row in batch.rows:
        times[row[NAME]].append(row[OCCURRED_AT])
    now = batch.arrival.received_at
    rows = [
        {"name": name, "first_at": min(now, *at), "last_at": min(now, max(at)), "count": len(at)}
        for name, at in sorted(times.items())
        if name not in UNCOUNTED
    ]
    _run(connection, _names(connection.dialect), rows)


@lru_cache(maxsize=16)
def _names(dialect: Dialect) -> Executable:
    t = tables.event_name
    insert = insert_given(dialect, t, "name", "first_at", "last_at", "count")
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=[t.c.name],
        set_={
            "first_at": case((new.first_at < t.c.first_at, new.first_at), else_=t.c.first_at),
            "last_at": case((new.last_at > t.c.last_at, new.last_at), else_=t.c.last_at),
            "count": t.c.count + new["count"],
        },
    )
