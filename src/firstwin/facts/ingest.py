"""Stores a batch of messages in the caller's transaction: each message once, whatever order and company it comes in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from firstwin.db.engine import alone
from firstwin.facts import reading
from firstwin.facts.batch import Arrival, Batch
from firstwin.facts.known import Key
from firstwin.facts.moments import DAY, microseconds
from firstwin.facts.segment import Message
from firstwin.facts.writing import write


@dataclass(frozen=True)
class Ingested:
    """How many messages were new, how many had come before; of the new ones, how many facts they brought, how many
    of them happened more than a day before they were received, and how long all of them took together, in microseconds.
    """

    new: int
    repeated: int
    facts: int
    old: int
    lag: int = 0


def ingest(
    connection: Connection,
    messages: Sequence[Message],
    *,
    received_at: datetime,
    history: bool = False,
    zone: str = "UTC",
    source: str = "import",
) -> Ingested:
    """Stores at most a few thousand messages, in a transaction begun with ``write``. The first of a repeated id wins.

    ``history``: each message was known as soon as it happened. ``zone`` is the project's time zone.
    """
    taken = take(connection, messages, received_at=received_at, history=history, zone=zone, source=source)
    return put(connection, taken)


@dataclass(frozen=True)
class Taken:
    """Messages that have become facts, and what there is to tell of them once these are stored."""

    batch: Batch
    ingested: Ingested


def take(
    connection: Connection,
    messages: Sequence[Message],
    *,
    received_at: datetime,
    history: bool,
    zone: str,
    source: str = "import",
) -> Taken:
    """The first half of ``ingest``: reads and thinks. The second, ``put``, must follow in the same transaction."""
    alone(connection, "fact")  # what a batch reads of its subjects must not change before it writes
    before = reading.repeated(connection, messages)
    new = list(_first_of_each(messages, before))
    arrival = Arrival(microseconds(received_at), history, source)
    batch = _taken(connection, new, arrival, zone)
    old = sum(message.at < arrival.received_at - DAY for message in new)
    lag = sum(max(0, arrival.received_at - message.at) for message in new)
    return Taken(batch, Ingested(len(new), len(messages) - len(new), len(batch.rows), old, lag))


def put(connection: Connection, taken: Taken) -> Ingested:
    """The second half of ``ingest``: the database works, and little else."""
    write(connection, taken.batch)
    return taken.ingested


def _first_of_each(messages: Iterable[Message], before: set[str]) -> Iterable[Message]:
    seen = set(before)
    for message in messages:
        if message.id not in seen:
            seen.add(message.id)
            yield message


def _taken(connection: Connection, messages: Sequence[Message], arrival: Arrival, zone: str) -> Batch:
    """Once more from the start where something came late, with the past of those that it concerns."""
    known, late = reading.known(connection, messages, zone), set[Key]()
    while True:
        batch = Batch(replace(known, pasts=reading.pasts(connection, late)), arrival)
        for message in messages:
            batch.take(message)
        found = batch.late()
        if not found:
            return batch
        late |= found
