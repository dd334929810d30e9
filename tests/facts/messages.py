"""Messages as an SDK would send them, put into a database; and what the database then holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Engine, select

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.facts.ingest import Ingested, ingest
from firstwin.facts.moments import microseconds
from firstwin.facts.segment import Message, parse
from firstwin.facts.subject import Kind
from firstwin.facts.timeline import properties

Body = dict[str, Any]
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
LATER = datetime(2026, 6, 1, tzinfo=UTC)  # when messages are received, unless a test says otherwise


def day(number: float) -> datetime:
    return BEGIN + timedelta(days=number)


def track(event: str, person: str, at: datetime, *, account: str | None = None, **props: Any) -> Body:
    context = {"context": {"groupId": account}} if account else {}
    return _said("track", at, userId=person, event=event, properties=props, **context)


def identify(person: str, at: datetime, *, account: str | None = None, **traits: Any) -> Body:
    context = {"context": {"groupId": account}} if account else {}
    return _said("identify", at, userId=person, traits=traits, **context)


def group(person: str, account: str, at: datetime, **traits: Any) -> Body:
    return _said("group", at, userId=person, groupId=account, traits=traits)


def alias(previous: str, person: str, at: datetime) -> Body:
    return _said("alias", at, userId=person, previousId=previous)


def _said(kind: str, at: datetime, **rest: Any) -> Body:
    """The id is made of the content, so that the same message has the same id."""
    body = {"type": kind, "timestamp": at.isoformat(), **rest}
    return {"messageId": sha256(orjson.dumps(body)).hexdigest()[:12], **body}


def parsed(bodies: Iterable[Body], received_at: datetime = LATER) -> list[Message]:
    found = [parse(orjson.dumps(body), microseconds(received_at)) for body in bodies]
    assert [one for one in found if not isinstance(one, Message)] == []
    return [one for one in found if isinstance(one, Message)]


def put(
    engine: Engine, *bodies: Body, received_at: datetime = LATER, history: bool = False, zone: str = "UTC"
) -> Ingested:
    """All of them in one batch."""
    with write(engine) as connection:
        messages = parsed(bodies, received_at)
        return ingest(connection, messages, received_at=received_at, history=history, zone=zone)


def rows(engine: Engine, *names: str) -> list[tuple[Any, ...]]:
    """(name, account, person, props, occurred_at) of the facts with these names, or of all, in their order."""
    e = tables.event.c
    query = select(e.name, e.account_id, e.person_id, e.props, e.occurred_at).order_by(e.seq)
    with read(engine) as connection:
        found = connection.execute(query.where(e.name.in_(names)) if names else query)
        return [tuple(row) for row in found]


def props(engine: Engine, kind: Kind, subject: str, at: datetime) -> Body:
    with read(engine) as connection:
        return properties(connection, kind, [subject], at)[subject]
