"""SQLite as the program uses it: whoever begins a transaction says in which way, and nothing listens in on its statements."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.pool import PoolProxiedConnection

DRIVER: Final = "sqlite+firstwin"
BUSY_MS: Final = 30_000  # how long SQLite waits for whoever writes
IMMEDIATELY, AT_ONCE = "BEGIN IMMEDIATE", "BEGIN IMMEDIATE, or not at all"
_NEXT = "the next transaction"


class Dialect(SQLiteDialect_pysqlite):
    """An engine that is listened to at each ``BEGIN`` takes a fifth longer for every statement; this one says it itself."""

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        begin = dbapi_connection.info.pop(_NEXT, "BEGIN")
        driver: Any = dbapi_connection.dbapi_connection
        if begin != AT_ONCE:
            driver.execute(begin)
            return
        driver.execute("PRAGMA busy_timeout=0")
        try:
            driver.execute(IMMEDIATELY)
        finally:
            driver.execute(f"PRAGMA busy_timeout={BUSY_MS}")


registry.register("sqlite.firstwin", __name__, Dialect.__name__)


def begin_next(connection: Connection, how: str) -> None:
    """How this connection's next transaction begins. Says nothing to another database."""
    if connection.dialect.name == "sqlite":
        connection.connection.info[_NEXT] = how


def prepare(connection: sqlite3.Connection) -> None:
    """Once for each connection of the pool."""
    connection.isolation_level = None  # we say BEGIN ourselves: the driver would begin too late
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"busy_timeout={BUSY_MS}",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-32768",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
