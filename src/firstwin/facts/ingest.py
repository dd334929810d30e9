"""Stores a batch of messages in the caller's transaction: each message once, whatever order and company it comes in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from firstwin.db.bulk import takes_rows_as_they_come
from firstwin.db.engine import alone
from firstwin.facts import reading
from firstwin.facts.batch import Arrival, Batch
from firstwin.facts.known import Key, Known
from firstwin.facts.moments import DAY, microseconds
from firstwin.facts.segment import Message
from firstwin.facts.streaming import stream
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
    taken = take(
        connection, messages, received_at=received_at, history=history, zone=zone, source=source, streaming=True
    )
    return put(connection, taken)


@dataclass(frozen=True)
class Taken:
    """Messages that have become facts, and what there is to tell of them once these are stored; the first ones may be."""

    batch: Batch
    ingested: Ingested
    stored: int


def take(
    connection: Connection,
    messages: Sequence[Message],
    *,
    received_at: datetime,
    history: bool,
    zone: str,
    source: str = "import",
    streaming: bool = False,
) -> Taken:
    """The first half of ``ingest``: reads and thinks. The second, ``put``, must follow in the same transaction.

    ``streaming``: the database stores facts meanwhile, for who has nothing else to do while it works.
    """
    alone(connection, "fact")  # what a batch reads of its subjects must not change before it writes
    before = reading.repeated(connection, messages)
    new = list(_first_of_each(messages, before))
    arrival = Arrival(microseconds(received_at), history, source)
    known = reading.known(connection, new, zone)
    batch, stored = _taken(connection, new, known, arrival, streaming=streaming and takes_rows_as_they_come(connection))
    old = sum(message.at < arrival.received_at - DAY for message in new)
    lag = sum(max(0, arrival.received_at - message.at) for message in new)
    return Taken(batch, Ingested(len(new), len(messages) - len(new), len(batch.rows), old, lag), stored)


def put(connection: Connection, taken: Taken) -> Ingested:
    """The second half of ``ingest``: the database works, and little else."""
    write(connection, taken.batch, taken.stored)
    return taken.ingested


def _first_of_each(messages: Iterable[Message], before: set[str]) -> Iterable[Message]:
    seen = set(before)
    for message in messages:
        if message.id not in seen:
            seen.add(message.id)
            yield message


def _taken(
    connection: Connection, messages: Sequence[Message], known: Known, arrival: Arrival, *, streaming: bool
) -> tuple[Batch, int]:
    """The batch, and how many of its rows are stored."""
    if streaming:
        batch = Batch(known, arrival)
        stored = stream(connection, batch, messages)
        if stored is not None:
            return batch, stored
    return _in_order(connection, messages, known, arrival), 0


def _in_order(connection: Connection, messages: Sequence[Message], known: Known, arrival: Arrival) -> Batch:
    """Once more from the start where something came late, with the past of those that it concerns."""
    late = set[Key]()
    while True:
        batch = Batch(replace(known, pasts=reading.pasts(connection, late)), arrival)
        for message in messages:
            batch.take(message)
        found = batch.late()
        if not found:
            return batch
        late |= found
