"""The database that rule tests are played in: in memory, made once, and empty again for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine

from firstwin.db.engine import open_database, write
from firstwin.db.tables import metadata

URL = "sqlite:///:memory:?cached_statements=2000"  # prepared once for all tests; by itself the driver keeps 128


class World:
    """One connection, for one thread. It stays open, so that what was prepared for one test serves the next."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def begin_anew(self) -> None:
        """As it was before anything happened. One call of the driver, which thirty statements would spend on as many."""
        with self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.executescript(_EMPTY)


# Ids begin at 1 again, so that a test is the same whichever ran before it.
_TABLES = [*(table.name for table in reversed(metadata.sorted_tables)), "sqlite_sequence"]
_EMPTY = "; ".join(["BEGIN IMMEDIATE", *(f"DELETE FROM {name}" for name in _TABLES), "COMMIT"])


@contextmanager
def a_world() -> Iterator[World]:
    """Made at once, which comes to the same as migrating and takes a fifth of a second less."""
    engine = open_database(URL)
    try:
        with write(engine) as connection:
            metadata.create_all(connection)
        yield World(engine)
    finally:
        engine.dispose()
