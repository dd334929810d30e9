"""Batches of messages on their way into the database: one is stored while the next one is read."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from types import TracebackType
from typing import Final, Self

from firstwin.facts.ingest import Ingested
from firstwin.facts.segment import Message

MOST_ROWS: Final = 5_000  # facts in one transaction, before what late ones add
MOST_BYTES: Final = 2 << 20


@dataclass
class Pending:
    """Messages that wait to be stored together; they count as received when the first of them came.

    ``reached``: how many bytes of the file they and those before them are.
    """

    received_at: datetime
    messages: list[Message] = field(default_factory=list)
    rows: int = 0
    bytes: int = 0
    reached: int = 0

    def add(self, message: Message, size: int) -> bool:
        """Whether that is enough for one transaction."""
        self.messages.append(message)
        self.rows += 1 if message.kind == "event" else 1 + len(message.body)
        self.bytes += size
        return self.rows >= MOST_ROWS or self.bytes >= MOST_BYTES


class Storing:
    """Never more than one batch at a time, so that they are stored in their order.

    ``store`` calls what it is given once only the database has something to do: until then the two would but compete.
    """

    def __init__(self, store: Callable[[Pending, Callable[[], None]], Ingested]) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, "storing")
        self._under_way: tuple[Pending, Future[Ingested]] | None = None

    def begin(self, pending: Pending) -> None:
        """Only once the batch before is finished. Comes back as soon as it is worth while to read on."""
        may_read_on = Event()
        stored = self._thread.submit(self._store, pending, may_read_on.set)
        self._under_way = pending, stored
        stored.add_done_callback(lambda _: may_read_on.set())
        may_read_on.wait()

    def finish(self) -> tuple[Pending, Ingested] | None:
        """Waits for the batch that is under way, if there is one. Raises what storing it raised."""
        if self._under_way is None:
            return None
        pending, stored = self._under_way
        wait([stored])  # Ctrl-C ends the waiting, and not the storing
        self._under_way = None
        return pending, stored.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()
