"""Opens a database, and begins the kinds of transaction that the program uses."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    RootTransaction,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from firstwin.db import sqlite
from firstwin.db.types import db_now

OLDEST_SQLITE = (3, 38, 0)  # the first with JSON's arrows
STANDSTILL_S = 60  # as long as a lease: a process that stopped in a transaction keeps others from its rows no longer
OF_THE_DRIVER = {"cached_statements"}  # which our own programs set
OWN_TABLES = "own_tables"  # an option of connections
LIKE = "FIRSTWIN_DATABASE_URL is like sqlite:///firstwin.db or postgresql://user:password@host:5432/name."
OPTIONS = f"-c timezone=UTC -c jit=off -c idle_in_transaction_session_timeout={STANDSTILL_S}s"
_TURNS: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()


class Busy(Exception):  # noqa: N818 - not an error: somebody else has the one writer's place
    """SQLite's writer is somebody else for now."""


class Collision(Exception):  # noqa: N818 - not a mistake: one after the other, both succeed
    """Another transaction adds the same rows, or waits for ours: nothing of this one, or of its savepoint, holds any more."""


class DatabaseError(Exception):
    """The database cannot be used; the message says what to do."""


def open_database(url: str, *, pool_size: int = 10) -> Engine:
    """An engine for ``sqlite:///path`` or ``postgresql://…``.

    Raises DatabaseError for another kind of database or an SQLite that is too old.
    """
    parsed = _parsed(url)
    match parsed.get_backend_name():
        case "sqlite":
            return _open_sqlite(url)
        case "postgresql" | "postgres":
            return create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                pool_size=pool_size,
                max_overflow=pool_size,
                pool_pre_ping=True,
                connect_args={"options": OPTIONS, "connect_timeout": 5},
                json_serializer=_json,
                json_deserializer=orjson.loads,
                hide_parameters=True,  # an error goes into the log, and what a statement was given holds addresses
            )
        case other:
            msg = f"firstwin runs on SQLite and PostgreSQL, not on {other}: set FIRSTWIN_DATABASE_URL to one of them"
            raise DatabaseError(msg)


def _parsed(url: str) -> URL:
    """The address is not shown where it can't be read: it may hold a password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise DatabaseError(f"This is not the address of a database. {LIKE}") from None
    if parsed.get_backend_name() == "sqlite" and (parsed.host or parsed.query.keys() - OF_THE_DRIVER):
        raise DatabaseError(
            f"The address of an SQLite database has three strokes, a path, and nothing behind it. {LIKE}"
        )
    return parsed


def _open_sqlite(url: str) -> Engine:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        msg = f"SQLite {sqlite3.sqlite_version} is too old: 3.38 or newer is needed"
        raise DatabaseError(msg)
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        make_url(url).set(drivername=sqlite.DRIVER),
        connect_args={"timeout": sqlite.BUSY_MS / 1000, "check_same_thread": False},
        json_serializer=_json,
        json_deserializer=orjson.loads,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    _TURNS[engine] = Lock()
    return engine


def _json(value: Any) -> str:
    # Python's own would write é as \u00e9, and SQLite before 3.45 then doesn't find a key that holds one.
    return orjson.dumps(value).decode()


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    sqlite.prepare(connection)


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """A transaction that changes rows. SQLite takes its write lock at the start, so that it never fails half way."""
    with _turn(engine), engine.connect() as connection:
        sqlite.begin_next(connection, sqlite.IMMEDIATELY)
        with connection.begin():
            yield connection


@contextmanager
def write_at_once(engine: Engine) -> Iterator[Connection]:
    """The same on SQLite for whoever must not wait. Raises Busy where somebody else is writing."""
    turn = _TURNS[engine]
    if not turn.acquire(blocking=False):
        raise Busy
    try:
        with engine.connect() as connection:
            sqlite.begin_next(connection, sqlite.AT_ONCE)
            with _begun(connection):
                yield connection
    finally:
        turn.release()


def _begun(connection: Connection) -> RootTransaction:
    try:
        return connection.begin()
    except OperationalError:
        raise Busy from None


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database throughout, and may change rows."""
    with _turn(engine), engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        sqlite.begin_next(connection, sqlite.IMMEDIATELY)
        with connection.begin():
            yield connection


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """SQLite has one writer. Threads queue for it here: by itself it lets them sleep and try, and some never get on."""
    with _TURNS.get(engine) or nullcontext():
        yield


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads."""
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def look(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database throughout, and that the database lets change nothing."""
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, _reading_only(connection), connection.begin():
        yield connection


@contextmanager
def _reading_only(connection: Connection) -> Iterator[None]:
    driver = connection.connection.dbapi_connection
    if connection.dialect.name == "postgresql" or driver is None:
        yield
        return
    driver.cursor().execute("PRAGMA query_only=ON")
    try:
        yield
    finally:
        driver.cursor().execute("PRAGMA query_only=OFF")


def alone(connection: Connection, what: str) -> None:
    """Waits until nobody else does ``what`` (four letters), and keeps others from it until the transaction ends.

    SQLite has one writer anyway. PostgreSQL's advisory locks have a number for a name. A connection that works in tables of
    its own, as the option ``OWN_TABLES`` says, is in nobody's way.
    """
    _lock(connection, func.pg_advisory_xact_lock, what)


def together(connection: Connection, what: str) -> None:
    """Waits until nobody does ``what`` ``alone``, and keeps others from that; who does it together goes on side by side."""
    _lock(connection, func.pg_advisory_xact_lock_shared, what)


def _lock(connection: Connection, lock: Callable[[int], ColumnElement[Any]], what: str) -> None:
    if connection.dialect.name == "postgresql" and not connection.get_execution_options().get(OWN_TABLES):
        connection.execute(select(lock(int.from_bytes(what.encode()))))


def clock(connection: Connection) -> datetime:
    """The database's clock: the one clock that all workers share."""
    now: datetime = connection.execute(_NOW).scalar_one()
    return now


_NOW = select(db_now())
