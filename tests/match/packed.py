"""Many small histories side by side in one database, so that a statement answers for all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from firstwin.db import tables
from firstwin.db.engine import write
from tests.match.naive_facts import Fact

NAMING_AN_ACCOUNT = "firstwin.person.account"


def pack(histories: Iterable[Sequence[Fact]], *, named: bool = False) -> list[Fact]:
    """One list of facts in which each history has accounts and people of its own, numbered as they arrived.

    ``named`` gives every fact an id, where the database is to number them itself.
    """
    facts = [_renamed(fact, f"{number}:") for number, history in enumerate(histories) for fact in history]
    ordered = sorted(facts, key=lambda fact: (fact.known_at, fact.seq))
    numbered = [
        replace(fact, seq=number, id=f"fact {number}" if named and fact.id is None else fact.id)
        for number, fact in enumerate(ordered, 1)
    ]
    return _first_wins(numbered)


def _renamed(fact: Fact, prefix: str) -> Fact:
    def own(name: str | None) -> str | None:
        return None if name is None else prefix + name

    props = fact.props
    if fact.name == NAMING_AN_ACCOUNT:
        props = {**props, "value": own(props.get("value"))}
    return replace(fact, id=own(fact.id), account_id=own(fact.account_id), person_id=own(fact.person_id), props=props)


def _first_wins(facts: Iterable[Fact]) -> list[Fact]:
    seen: set[str] = set()
    kept = []
    for fact in facts:
        if fact.id not in seen:
            kept.append(fact)
        if fact.id is not None:
            seen.add(fact.id)
    return kept


def store_subjects(engine: Engine, facts: Sequence[Fact]) -> None:
    """The accounts, people and time zones that the facts speak of."""
    accounts = {fact.account_id for fact in facts if fact.account_id is not None}
    people = {fact.person_id for fact in facts if fact.person_id is not None}
    zones = {str(fact.props.get("value")) for fact in facts if fact.name.endswith(".timezone")}
    with write(engine) as connection:
        _insert(connection, tables.account, [{"id": one, "traits": {}, "asserted": {}} for one in sorted(accounts)])
        _insert(connection, tables.person, [{"id": one, "traits": {}, "asserted": {}} for one in sorted(people)])
        _insert(connection, tables.zone, [{"name": one} for one in sorted(zones)])


def store(engine: Engine, facts: Sequence[Fact], *, numbered: bool = True) -> None:
    """The facts themselves, in one transaction; without their numbers where the ticks write facts in between."""
    rows = [_row(fact) for fact in facts]
    if not numbered:
        rows = [{name: value for name, value in row.items() if name != "seq"} for row in rows]
    with write(engine) as connection:
        _insert(connection, tables.event, rows)
        if numbered and engine.dialect.name == "postgresql":
            counted = select(func.setval("event_seq_seq", func.max(tables.event.c.seq)))
            connection.execute(counted)


def arrivals(facts: Sequence[Fact], after: datetime | None, until: datetime) -> list[Fact]:
    """What arrives after one slot and up to the next."""
    return [fact for fact in facts if (after is None or fact.known_at > after) and fact.known_at <= until]


def _row(fact: Fact) -> dict[str, Any]:
    return {
        "seq": fact.seq,
        "id": fact.id,
        "account_id": fact.account_id,
        "person_id": fact.person_id,
        "name": fact.name,
        "props": dict(fact.props),
        "value_at": fact.value_at,
        "occurred_at": fact.occurred_at,
        "received_at": fact.known_at,
        "known_at": fact.known_at,
        "run": fact.run,
    }


def _insert(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)
