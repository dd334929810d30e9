"""The database that rule tests are played in: in memory, made once, and empty again for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from firstwin.db.engine import open_database, write
from firstwin.db.migrate import upgrade
from firstwin.db.tables import metadata


class World:
    """One connection, for one thread. It stays open, so that what was prepared for one test serves the next."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def begin_anew(self) -> None:
        """As it was before anything happened."""
        with write(self.engine) as connection:
            for statement in _EMPTY:
                connection.exec_driver_sql(statement)


_EMPTY = [
    *(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)),
    "DELETE FROM sqlite_sequence",  # ids begin at 1 again, so that a test is the same whichever ran before it
]


@contextmanager
def a_world() -> Iterator[World]:
    """Made by the same migrations as every other database."""
    engine = open_database("sqlite:///:memory:")
    try:
        upgrade(engine)
        yield World(engine)
    finally:
        engine.dispose()
