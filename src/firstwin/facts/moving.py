"""Facts that are there already and turn out to be another person's, or an account's. As events they count as new there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Dialect, Executable, Integer, Text, and_, case, delete, func, or_, select, update

from firstwin.db import tables
from firstwin.db.bulk import given, insert_given, one_of, renewed
from firstwin.db.types import Instant
from firstwin.facts.stays import Placing

event, alias, member, person, suppression = (
    tables.event, tables.alias, tables.member, tables.person, tables.suppression,
)  # fmt: skip


def repoint(connection: Connection, aliases: Mapping[str, str]) -> None:
    """The previous ids mean other people now."""
    pairs = [{"previous_id": previous, "person_id": now} for previous, now in aliases.items()]
    document = {"rows": orjson.dumps(pairs).decode()}
    for statement in _repointing(connection.dialect):
        connection.execute(statement, document)
    previous = {"ids": list(aliases)}
    connection.execute(delete(person).where(one_of(person.c.id, "ids")), previous)
    connection.execute(delete(member).where(one_of(member.c.person_id, "ids")), previous)


@lru_cache(maxsize=16)
def _repointing(dialect: Dialect) -> tuple[Executable, ...]:
    pairs = given(dialect, previous_id=Text(), person_id=Text())
    facts = select(event.c.seq, pairs.c.person_id).join_from(event, pairs, event.c.person_id == pairs.c.previous_id)
    moved = renewed(dialect, event, facts)
    new_alias = insert_given(dialect, alias, "previous_id", "person_id")
    return (
        update(event)
        .where(event.c.seq == moved.c.seq)
        .values(seq=moved.c.fresh, person_id=moved.c.person_id, **_in_this_transaction(dialect)),
        update(alias).where(alias.c.person_id == pairs.c.previous_id).values(person_id=pairs.c.person_id),
        new_alias.on_conflict_do_update(
            index_elements=[alias.c.previous_id], set_={"person_id": new_alias.excluded.person_id}
        ),
        update(suppression).where(suppression.c.person_id == pairs.c.previous_id).values(person_id=pairs.c.person_id),
    )


def place(connection: Connection, placings: Sequence[Placing]) -> None:
    """Events of these people that belong to no account find theirs; where two placings fit, the first one counts."""
    rows = [
        {"n": n, "person": p.person, "start": p.start, "end": p.end, "account": p.account}
        for n, p in enumerate(placings)
    ]
    connection.execute(_placing(connection.dialect), {"rows": orjson.dumps(rows).decode()})


@lru_cache(maxsize=16)
def _placing(dialect: Dialect) -> Executable:
    """Properties keep their place in the sequence: an account learns of them by the membership."""
    p = given(dialect, n=Integer(), person=Text(), start=Instant(), end=Instant(), account=Text()).c
    rank = func.row_number().over(partition_by=event.c.seq, order_by=p.n)
    fits = and_(
        event.c.person_id == p.person,
        event.c.occurred_at >= p.start,
        or_(p.end.is_(None), event.c.occurred_at < p.end),
    )
    unplaced = (
        select(event.c.seq, p.account, rank.label("rank"))
        .join_from(event, p.n.table, fits)
        .where(event.c.account_id.is_(None), event.c.run.is_(None))
        .subquery("unplaced")
    )
    moved = renewed(dialect, event, select(unplaced.c.seq, unplaced.c.account).where(unplaced.c.rank == 1))
    is_property = func.substr(event.c.name, 1, len("firstwin.")) == "firstwin."
    values: dict[str, Any] = {"seq": case((is_property, event.c.seq), else_=moved.c.fresh)}
    for name, value in _in_this_transaction(dialect).items():
        values[name] = case((is_property, event.c[name]), else_=value)
    return update(event).where(event.c.seq == moved.c.seq).values(account_id=moved.c.account, **values)


def _in_this_transaction(dialect: Dialect) -> dict[str, Any]:
    return {"tx": func.pg_current_xact_id()} if dialect.name == "postgresql" else {}
