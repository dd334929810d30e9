"""Reads what a batch of messages needs to know: a handful of statements, however many messages there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Select, Table, Text, cast, or_, select

from firstwin.db import tables
from firstwin.db.bulk import one_of
from firstwin.facts.known import Key, Known, Newest, PastFact, confirmed
from firstwin.facts.moments import microseconds
from firstwin.facts.segment import Message
from firstwin.facts.subject import Kind

event, alias, member = tables.event.c, tables.alias.c, tables.member.c
SUBJECTS: Final[dict[Kind, Table]] = {"account": tables.account, "person": tables.person}

REPEATED = select(event.id).where(one_of(event.id, "ids"))
ALIASES = select(alias.previous_id, alias.person_id).where(one_of(alias.previous_id, "ids"))
STAYS = select(member.person_id, member.account_id, member.since, member.until).where(one_of(member.person_id, "ids"))


def repeated(connection: Connection, messages: Iterable[Message]) -> set[str]:
    """The ids of the messages that were stored before."""
    return set(connection.scalars(REPEATED, {"ids": [message.id for message in messages]}).all())


def known(connection: Connection, messages: Sequence[Message], zone: str) -> Known:
    """What the database holds about the subjects of the messages, their past apart."""
    named = {message.person for message in messages} | {m.name for m in messages if m.kind == "alias"}
    aliases = {row.previous_id: row.person_id for row in connection.execute(ALIASES, {"ids": list(named)}).all()}
    people = named | set(aliases.values())
    accounts = {message.account for message in messages if message.account is not None}
    newest = {**_newest(connection, "person", people), **_newest(connection, "account", accounts)}
    return Known(zone, newest, _stays(connection, people), aliases)


def pasts(connection: Connection, late: Collection[Key]) -> dict[Key, list[PastFact]]:
    """All that was said of these subjects, in the order of time."""
    found: dict[Key, list[PastFact]] = {key: [] for key in late}
    for kind in SUBJECTS:
        ids = [subject for kind_, subject in late if kind_ == kind]
        if ids:
            for subject, *fact in connection.execute(_past(kind), {"ids": ids}):
                found[kind, subject].append(_past_fact(*fact))
    return found


def _newest(connection: Connection, kind: Kind, ids: Collection[str]) -> dict[Key, Newest]:
    t = SUBJECTS[kind].c
    query = select(t.id, cast(t.traits, Text), cast(t.asserted, Text)).where(one_of(t.id, "ids"))
    return {(kind, row[0]): Newest(row[1], row[2]) for row in connection.execute(query, {"ids": list(ids)}).all()}


def _stays(connection: Connection, people: Collection[str]) -> dict[str, list[tuple[str, int, int | None]]]:
    found: dict[str, list[tuple[str, int, int | None]]] = defaultdict(list)
    for person, account, since, until in connection.execute(STAYS, {"ids": list(people)}).all():
        found[person].append((account, microseconds(since), None if until is None else microseconds(until)))
    for stays in found.values():
        stays.sort(key=lambda stay: stay[1])
    return found


def _past(kind: Kind) -> Select[Any]:
    whose = event.account_id if kind == "account" else event.person_id
    return (
        select(whose, event.name, event.account_id, cast(event.props, Text), event.value_at, event.occurred_at)
        .where(one_of(whose, "ids"))
        .where(or_(event.name.startswith(f"firstwin.{kind}."), event.name == confirmed(kind)))
        .order_by(event.occurred_at, event.seq)
    )


def _past_fact(name: str, account: str | None, props: str, value_at: Any, occurred_at: Any) -> PastFact:  # noqa: ANN401 - rows are typed Any
    at = None if value_at is None else microseconds(value_at)
    return PastFact(name, account, orjson.loads(props), at, microseconds(occurred_at))
