"""Transactions from within the event loop, which never waits for them, and once more when a connection was lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from firstwin.db.engine import Busy, write, write_at_once

T = TypeVar("T")
WAITS = (0.05, 0.1, 0.2, 0.5, 1, 1, 2, 2, 2, 3, 3)  # seconds; a database that is restarted is back by then
THREADS = 4


class Database:
    """What is done here may be done twice when the answer to a commit is lost, so it must be repeatable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_here = engine.dialect.name == "sqlite"
        # SQLite has one writer; two threads would only wait for each other, and not in turn
        self._pool = ThreadPoolExecutor(1 if self._is_here else THREADS, thread_name_prefix="deliver")

    async def write(self, work: Callable[[Connection], T]) -> T:
        """The result of ``work``, done in one transaction.

        SQLite works in this very process: what takes it a few milliseconds would take another thread twice as long, as each
        row has the two hand over the interpreter. Only where somebody else is writing does a thread wait in our place.
        """
        if self._is_here:
            with suppress(Busy, OperationalError), write_at_once(self._engine) as connection:
                return work(connection)
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._patiently, work)

    def close(self) -> None:
        self._pool.shutdown()

    def _patiently(self, work: Callable[[Connection], T]) -> T:
        for wait in WAITS:
            try:
                return self._once(work)
            except DBAPIError as error:
                if not (error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError))):
                    raise
                time.sleep(wait)
        return self._once(work)

    def _once(self, work: Callable[[Connection], T]) -> T:
        with write(self._engine) as connection:
            return work(connection)
