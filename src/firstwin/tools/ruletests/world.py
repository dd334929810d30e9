"""The database that rule tests are played in: in memory, made once, and empty again for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine

from firstwin.db.engine import open_database
from firstwin.db.migrate import upgrade


class World:
    """One connection, for one thread. Its engine stays the same, so that what was compiled for a test serves the next."""

    def __init__(self, engine: Engine, empty: Any) -> None:  # noqa: ANN401 - the driver's connection
        self.engine = engine
        self._empty = empty

    def begin_anew(self) -> None:
        """As it was before anything happened: the pages of the empty database are copied over, in a tenth of a millisecond."""
        with self.engine.connect() as connection:
            self._empty.backup(connection.connection.driver_connection)


@contextmanager
def a_world() -> Iterator[World]:
    """Made by the same migrations as every other database."""
    template, engine = open_database("sqlite:///:memory:"), open_database("sqlite:///:memory:")
    try:
        upgrade(template)
        with template.connect() as connection:
            yield World(engine, connection.connection.driver_connection)
    finally:
        template.dispose()
        engine.dispose()
