"""Reads what a batch of messages needs to know: a handful of statements, however many messages there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Select, Table, Text, cast, func, literal, or_, select, union_all

from firstwin.db import tables
from firstwin.db.bulk import microseconds_of, one_of
from firstwin.facts.known import Key, Known, PastFact, confirmed
from firstwin.facts.segment import Message
from firstwin.facts.subject import Kind

event, alias, member = tables.event.c, tables.alias.c, tables.member.c
SUBJECTS: Final[dict[Kind, Table]] = {"account": tables.account, "person": tables.person}

NEWEST: Final[dict[Kind, Select[Any]]] = {
    kind: select(t.c.id, cast(t.c.traits, Text), cast(t.c.asserted, Text)).where(one_of(t.c.id, "ids"))
    for kind, t in SUBJECTS.items()
}
REPEATED = select(event.id).where(one_of(event.id, "ids"))
_HEARD_OF = union_all(
    *(select(literal(kind), t.c.id).where(one_of(t.c.id, kind)) for kind, t in SUBJECTS.items()),
    select(literal("person"), alias.previous_id).where(one_of(alias.previous_id, "person")),
    select(literal("message"), event.id).where(one_of(event.id, "message")),
)
ALIASES = select(alias.previous_id, alias.person_id).where(one_of(alias.previous_id, "ids"))
STAYS = (
    select(member.person_id, member.account_id, microseconds_of(member.since), microseconds_of(member.until))
    .where(one_of(member.person_id, "ids"))
    .order_by(member.since)
)


def repeated(connection: Connection, messages: Iterable[Message]) -> set[str]:
    """The ids of the messages that were stored before."""
    return set(connection.scalars(REPEATED, {"ids": [message.id for message in messages]}).all())


def seen(connection: Connection, events: Sequence[Message]) -> tuple[set[str], bool]:
    """The ids of the events that were stored before, and whether all that they name is known: as it was a moment ago."""
    named: dict[str, set[str]] = {
        "message": {one.id for one in events},
        "account": {one.account for one in events if one.account is not None},
        "person": {one.person for one in events},
    }
    found: dict[str, set[str]] = {kind: set() for kind in named}
    for kind, id_ in connection.execute(_HEARD_OF, {kind: list(ids) for kind, ids in named.items()}).all():
        found[kind].add(id_)
    return found["message"], found["account"] == named["account"] and found["person"] == named["person"]


def known(connection: Connection, messages: Sequence[Message], zone: str) -> Known:
    """What the database holds about the subjects of the messages, their past apart."""
    named = {m.person for m in messages if m.person} | {m.name for m in messages if m.kind == "alias"}
    aliases = {row.previous_id: row.person_id for row in connection.execute(ALIASES, {"ids": list(named)}).all()}
    people = named | set(aliases.values())
    accounts = {message.account for message in messages if message.account is not None}
    return Known(
        zone,
        _newest(connection, "account", accounts),
        _newest(connection, "person", people),
        _stays(connection, people),
        aliases,
    )


def pasts(connection: Connection, late: Collection[Key]) -> dict[Key, list[PastFact]]:
    """All that was said of these subjects, in the order of time."""
    found: dict[Key, list[PastFact]] = {key: [] for key in late}
    for kind in SUBJECTS:
        ids = [subject for kind_, subject in late if kind_ == kind]
        if ids:
            for subject, name, account, props, value_at, at in connection.execute(_past(kind), {"ids": ids}):
                found[kind, subject].append(PastFact(name, account, orjson.loads(props), value_at, at))
    return found


def _newest(connection: Connection, kind: Kind, ids: Collection[str]) -> dict[str, tuple[str, str]]:
    rows = connection.execute(NEWEST[kind], {"ids": list(ids)}).all() if ids else ()
    return {subject: (traits, asserted) for subject, traits, asserted in rows}


def _stays(connection: Connection, people: Collection[str]) -> dict[str, list[tuple[str, int, int | None]]]:
    found: dict[str, list[tuple[str, int, int | None]]] = defaultdict(list)
    for person, account, since, until in connection.execute(STAYS, {"ids": list(people)}).all():
        found[person].append((account, since, until))
    return found


def _past(kind: Kind) -> Select[Any]:
    whose = event.account_id if kind == "account" else event.person_id
    moments = microseconds_of(event.value_at), microseconds_of(event.occurred_at)
    return (
        select(whose, event.name, event.account_id, cast(event.props, Text), *moments)
        .where(one_of(whose, "ids"))
        .where(
            or_(
                func.substr(event.name, 1, len(f"firstwin.{kind}.")) == f"firstwin.{kind}.",
                event.name == confirmed(kind),
            )
        )
        .order_by(event.occurred_at, event.seq)
    )
