"""The slots of one sender: how many of its messages may be on the wire at once in this process."""

from __future__ import annotations

import asyncio
from contextlib import suppress

COMPANY = 0.010  # seconds that a message waits for others, since one commit serves them all


class Slots:
    def __init__(self, count: int) -> None:
        self._count = count
        self._free = count
        self._closed = False
        self._changed = asyncio.Condition()

    async def take(self, wanted: int) -> int:
        """Between one slot and ``wanted``: as many as are free, after a short wait for more. None once closed."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._free or self._closed)
            if self._free < min(wanted, self._count):
                with suppress(TimeoutError):
                    async with asyncio.timeout(COMPANY):
                        await self._changed.wait_for(lambda: self._free >= min(wanted, self._count) or self._closed)
            taken = 0 if self._closed else min(self._free, wanted)
            self._free -= taken
            return taken

    async def give(self, count: int) -> None:
        async with self._changed:
            self._free += count
            self._changed.notify_all()

    async def close(self) -> None:
        """Nothing more goes to the wire; whoever waits is told so."""
        async with self._changed:
            self._closed = True
            self._changed.notify_all()
