"""Who may bring messages, how many, and when that is: write keys, the rate of each source, and the database's clock."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from firstwin.db.engine import clock, read
from firstwin.facts.moments import microseconds
from firstwin.facts.write_keys import source_of, valid_keys
from firstwin.telemetry import Log, failed
from firstwin.web.intake import Unavailable

REFRESH_S: Final = 5.0  # so long a revoked key may still be taken
AT_LEAST_S: Final = 0.5  # between two looks
WINDOW_S: Final = 10


@dataclass
class _Window:
    number: int = 0
    messages: int = 0


@dataclass
class Gate:
    """Keeps what it needs at hand: a request must not wait for the database before it knows whose it is."""

    engine: Engine
    rate: int  # messages a second
    patience_s: float  # so long a key that is not known may wait for a look
    _keys: Mapping[str, str] = field(default_factory=dict)
    _ahead: int = 0  # the database's clock less ours, in microseconds
    _looked: float = -REFRESH_S
    _sees: bool = False  # whether the last look came to anything
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _windows: dict[str, _Window] = field(default_factory=dict)

    async def keep_fresh(self) -> None:
        """Until it is cancelled. While the database is away what was known is good enough: storing will tell."""
        while True:
            await self._look()
            await asyncio.sleep(REFRESH_S)

    async def source(self, key: str) -> str | None:
        """Whose key that is; None for nobody's. A key may have been made just now: Unavailable where that can't be seen."""
        found = source_of(key, self._keys)
        if found is None:
            await self._look_soon()
            found = source_of(key, self._keys)
        if found is None and not self._sees:
            raise Unavailable
        return found

    def now(self) -> int:
        """What the database's clock says, in microseconds since 1970."""
        return time.time_ns() // 1000 + self._ahead

    def wait_s(self, source: str, messages: int) -> int:
        """0 if the source may bring so many now; else after how many seconds."""
        at = time.monotonic()
        window = self._windows.setdefault(source, _Window())
        if window.number != (number := int(at // WINDOW_S)):
            window.number, window.messages = number, 0
        if window.messages and window.messages + messages > self.rate * WINDOW_S:
            return math.ceil((number + 1) * WINDOW_S - at)
        window.messages += messages
        return 0

    async def _look_soon(self) -> None:
        try:
            async with asyncio.timeout(self.patience_s):
                await self._look()
        except TimeoutError:
            raise Unavailable from None

    async def _look(self) -> None:
        """Whoever comes while somebody looks, or too soon after, shares the next look: wrong keys cost little, and time."""
        came = time.monotonic()
        async with self._looking:
            if self._looked > came:
                return
            await asyncio.sleep(max(0.0, self._looked + AT_LEAST_S - came))
            self._looked = time.monotonic()
            try:
                self._keys, self._ahead = await run_in_threadpool(self._read)
                self._sees = True
            except SQLAlchemyError as error:
                self._sees = False
                failed(Log.WEB_FAILED, error, what="write keys")

    def _read(self) -> tuple[Mapping[str, str], int]:
        with read(self.engine) as connection:
            return valid_keys(connection), microseconds(clock(connection)) - time.time_ns() // 1000
