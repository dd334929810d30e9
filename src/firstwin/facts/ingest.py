"""Stores a batch of messages in the caller's transaction: each message once, whatever order and company it comes in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from firstwin.db.bulk import takes_rows_as_they_come
from firstwin.db.engine import Collision, alone, together
from firstwin.facts import reading
from firstwin.facts.batch import Arrival, Batch
from firstwin.facts.known import Key, Known
from firstwin.facts.moments import DAY, microseconds
from firstwin.facts.segment import Message
from firstwin.facts.streaming import BeginAgain, stream
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
    arrival = Arrival(microseconds(received_at), history, source)
    streaming = takes_rows_as_they_come(connection)
    if streaming and all(message.kind == "event" for message in messages):
        before, all_known = reading.seen(connection, messages)
        if all_known:  # else it would only begin again
            with suppress(BeginAgain, Collision), connection.begin_nested():
                return _beside_others(connection, messages, before, arrival, zone)
    return put(connection, _take(connection, messages, arrival, zone, streaming=streaming))


def _beside_others(
    connection: Connection, messages: Sequence[Message], before: set[str], arrival: Arrival, zone: str
) -> Ingested:
    """Events that say nothing new of their subjects, as nearly all do. Those ``before`` are stored; should another
    transaction store one of these meanwhile, that is a Collision. Raises BeginAgain if one says something new.
    """
    together(connection, "fact")
    new = list(_first_of_each(messages, before))
    batch = Batch(reading.known(connection, new, zone), arrival)
    stored = stream(connection, batch, new, batch.told_of_its_subjects)
    return put(connection, Taken(batch, _counted(batch, messages, new), stored))


@dataclass(frozen=True)
class Taken:
    """Messages that have become facts, and what there is to tell of them once these are stored; the first ones may be."""

    batch: Batch
    ingested: Ingested
    stored: int


def take(
    connection: Connection, messages: Sequence[Message], *, received_at: datetime, history: bool, zone: str
) -> Taken:
    """The first half of ``ingest``: reads and thinks. The second, ``put``, must follow in the same transaction."""
    arrival = Arrival(microseconds(received_at), history, "import")
    return _take(connection, messages, arrival, zone, streaming=False)


def _take(
    connection: Connection, messages: Sequence[Message], arrival: Arrival, zone: str, *, streaming: bool
) -> Taken:
    """``streaming``: the database stores facts meanwhile, for who has nothing else to do while it works."""
    alone(connection, "fact")  # what a batch reads of its subjects must not change before it writes
    new = list(_first_of_each(messages, reading.repeated(connection, messages)))
    known = reading.known(connection, new, zone)
    if streaming:
        batch = Batch(known, arrival)
        with suppress(BeginAgain), connection.begin_nested():
            stored = stream(connection, batch, new, batch.came_late)
            return Taken(batch, _counted(batch, messages, new), stored)
    batch = _in_order(connection, new, known, arrival)
    return Taken(batch, _counted(batch, messages, new), 0)


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


def _counted(batch: Batch, messages: Sequence[Message], new: Sequence[Message]) -> Ingested:
    at = batch.arrival.received_at
    old = sum(message.at < at - DAY for message in new)
    lag = sum(max(0, at - message.at) for message in new)
    return Ingested(len(new), len(messages) - len(new), len(batch.rows), old, lag)


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
