"""While messages become facts, the database stores those facts already that nothing later in the batch can change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from firstwin.db import tables
from firstwin.db.bulk import append
from firstwin.facts.batch import COLUMNS, Batch, Row
from firstwin.facts.segment import Message


def stream(connection: Connection, batch: Batch, messages: Sequence[Message]) -> int | None:
    """The batch takes the messages; how many of its rows, from the first on, are stored by then.

    None, and nothing is stored, if a message is older than what is known of its subjects: then the batch is worth nothing.
    """
    facts = _Settled(batch, messages)
    try:
        with connection.begin_nested():
            append(connection, tables.event, COLUMNS, facts)
    except _Late:
        return None
    return facts.count


class _Late(Exception):  # noqa: N818 - not an error: it takes a batch that knows the past
    pass


class _Settled:
    """The rows of a batch as its messages bring them, up to the first that others may yet change."""

    def __init__(self, batch: Batch, messages: Sequence[Message]) -> None:
        self._batch = batch
        self._messages = messages
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        batch = self._batch
        for message in self._messages:
            batch.take(message)
            if batch.came_late(message):
                raise _Late
            if batch.is_settled:
                yield from batch.rows[self.count :]
                self.count = len(batch.rows)
