"""The slots of one sender: how many of its messages may be on the wire at once in this process, and what it leaves to others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

COMPANY = 0.010  # seconds that a message waits for others, since one commit serves them all
OF_ALL: Final = 64  # slots that the senders of a process share, unless one of them alone may have more
OWN: Final = 4  # slots of each sender that no other can take, however many hang elsewhere


class Bulkhead:
    """Keeps the senders of a process apart: while others have work, none holds more than a quarter of what they share."""

    def __init__(self, count: int = OF_ALL) -> None:
        self.changed = asyncio.Condition()
        self._count = count
        self._senders: list[Slots] = []

    def join(self, slots: Slots) -> None:
        self._senders.append(slots)

    def left_for(self, slots: Slots) -> int:
        """How many more this sender may take."""
        alone = not any(other.is_wanted for other in self._senders if other is not slots)
        most = self._count if alone else self._count // 4
        shared = self._count - sum(max(0, each.held - OWN) for each in self._senders)
        return max(0, min(most - slots.held, max(0, OWN - slots.held) + shared))


class Slots:
    def __init__(self, count: int, bulkhead: Bulkhead | None = None) -> None:
        self.held = 0
        self._count = count
        self._bulkhead = bulkhead or Bulkhead()
        self._changed = self._bulkhead.changed
        self._wanted = 0
        self._closed = False
        self._bulkhead.join(self)

    @property
    def is_wanted(self) -> bool:
        """Whether messages wait here that could go now."""
        return self._wanted > 0

    @contextmanager
    def wanted(self) -> Iterator[None]:
        self._wanted += 1
        try:
            yield
        finally:
            self._wanted -= 1

    async def take(self, wanted: int) -> int:
        """Between one slot and ``wanted``: as many as are free, after a short wait for more. None once closed."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._free() or self._closed)
            if self._free() < min(wanted, self._count):
                with suppress(TimeoutError):
                    async with asyncio.timeout(COMPANY):
                        await self._changed.wait_for(lambda: self._free() >= min(wanted, self._count) or self._closed)
            taken = 0 if self._closed else min(self._free(), wanted)
            self.held += taken
            return taken

    def _free(self) -> int:
        return min(self._count - self.held, self._bulkhead.left_for(self))

    async def give(self, count: int) -> None:
        async with self._changed:
            self.held -= count
            self._changed.notify_all()

    async def close(self) -> None:
        """Nothing more goes to the wire; whoever waits is told so."""
        async with self._changed:
            self._closed = True
            self._changed.notify_all()

    async def open(self) -> None:
        async with self._changed:
            self._closed = False
            self._changed.notify_all()
