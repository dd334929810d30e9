"""Whether another process sees the same state of the facts as a transaction of this one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection


class Sight:
    """Made before the transaction begins whose state of the facts others are to see. ``watching`` is in no transaction."""

    def __init__(self, watching: PoolProxiedConnection | None) -> None:
        self._watching = watching
        self._version = self._data_version()

    def snapshot(self, connection: Connection) -> str | None:
        """What another transaction asks PostgreSQL for, while this one lasts; None for SQLite, which knows no such thing."""
        if self._watching is not None:
            return None
        found: str = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        return found

    def is_shared(self) -> bool:
        """Whether a transaction of another process, which has just begun, sees the same."""
        return self._data_version() == self._version

    def _data_version(self) -> int | None:
        """SQLite tells a connection another number once somebody else has changed the file."""
        if self._watching is None:
            return None
        driver: Any = self._watching.dbapi_connection
        (found,) = driver.execute("PRAGMA data_version").fetchone()
        return int(found)


@contextmanager
def sight(engine: Engine) -> Iterator[Sight]:
    """Looks with a connection of its own."""
    if engine.dialect.name != "sqlite":
        yield Sight(None)
        return
    watching = engine.raw_connection()
    try:
        yield Sight(watching)
    finally:
        watching.close()
