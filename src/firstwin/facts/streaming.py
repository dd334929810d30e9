"""While messages become facts, the database stores those facts already that nothing later in the batch can change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection

from firstwin.db import tables
from firstwin.db.bulk import append
from firstwin.facts.batch import COLUMNS, Batch, Row
from firstwin.facts.segment import Message


class BeginAgain(Exception):  # noqa: N818 - not an error: these messages are to be taken in another way
    """The batch is worth nothing, and neither is what was stored of it."""


def stream(
    connection: Connection, batch: Batch, messages: Sequence[Message], is_unfit: Callable[[Message], bool]
) -> int:
    """The batch takes the messages; how many of its rows, from the first on, are stored by then.

    Raises BeginAgain if one of them, once it is taken, ``is_unfit``, and Collision: both are for the caller's savepoint.
    """
    facts = _Settled(batch, messages, is_unfit)
    append(connection, tables.event, COLUMNS, facts)
    return facts.count


class _Settled:
    """The rows of a batch as its messages bring them, up to the first that others may yet change."""

    def __init__(self, batch: Batch, messages: Sequence[Message], is_unfit: Callable[[Message], bool]) -> None:
        self._batch = batch
        self._messages = messages
        self._is_unfit = is_unfit
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        batch = self._batch
        for message in self._messages:
            batch.take(message)
            if self._is_unfit(message):
                raise BeginAgain
            if batch.is_settled:
                yield from batch.rows[self.count :]
                self.count = len(batch.rows)
