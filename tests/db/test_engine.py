"""Opening databases, and the kinds of transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from firstwin.db import tables
from firstwin.db.engine import Busy, DatabaseError, clock, open_database, read, snapshot, write, write_at_once
from firstwin.db.sqlite import BUSY_MS

Transaction = Callable[[Engine], AbstractContextManager[Connection]]
COUNT = select(func.count()).select_from(tables.zone)


def put(connection: Connection, name: str) -> None:
    connection.execute(insert(tables.zone).values(name=name))


def locked_out(engine: Engine) -> bool:
    """Whether another program, one that does not wait, is refused the write lock of an SQLite file."""
    other = sqlite3.connect(str(engine.url.database), timeout=0, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as refused:
        assert "locked" in str(refused)  # noqa: PT017 - that it is refused is the answer, not the failure
        return True
    finally:
        other.close()
    return False


@pytest.mark.parametrize(
    "url", ["postgresql://me@here/db", "postgres://me@here/db", "postgresql+psycopg2://me@here/db"]
)
def test_every_spelling_of_postgresql_takes_the_one_driver(url: str) -> None:
    assert open_database(url).url.drivername == "postgresql+psycopg"


def test_another_kind_of_database_is_refused_with_what_to_do() -> None:
    with pytest.raises(DatabaseError, match="not on mysql: set FIRSTWIN_DATABASE_URL"):
        open_database("mysql://me@here/db")


def test_the_folder_of_an_sqlite_file_is_made(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/new/folder/firstwin.db")
    with read(engine) as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
    engine.dispose()
    assert (tmp_path / "new" / "folder" / "firstwin.db").exists()


def test_sqlite_minds_foreign_keys(sqlite_engine: Engine) -> None:
    with read(sqlite_engine) as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def test_postgresql_speaks_utc_and_compiles_no_query(postgres_engine: Engine) -> None:
    with read(postgres_engine) as connection:
        told = [connection.execute(text(f"SHOW {name}")).scalar_one() for name in ("timezone", "jit")]
    assert told == ["UTC", "off"]


def stand_still(engine: Engine) -> None:
    """Somebody else waits for what this transaction has locked, until the server ends it."""
    with write(engine) as still:
        assert still.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one() == "1min"
        still.execute(text("SET LOCAL idle_in_transaction_session_timeout = '50ms'"))
        put(still, "Europe/Berlin")
        with write(engine) as other:
            put(other, "Europe/Berlin")


def test_a_process_that_stands_still_in_a_transaction_loses_it_with_its_locks(postgres_engine: Engine) -> None:
    with pytest.raises(DBAPIError) as lost:
        stand_still(postgres_engine)
    assert lost.value.connection_invalidated
    with read(postgres_engine) as connection:
        assert connection.execute(COUNT).scalar_one() == 1


@pytest.mark.parametrize("transaction", [write, snapshot], ids=["write", "snapshot"])
def test_what_was_changed_is_kept_at_the_end_of_the_block(engine: Engine, transaction: Transaction) -> None:
    with transaction(engine) as connection:
        put(connection, "UTC")
    with read(engine) as connection:
        assert connection.execute(COUNT).scalar_one() == 1


@pytest.mark.parametrize("transaction", [write, snapshot], ids=["write", "snapshot"])
def test_a_block_that_fails_changes_nothing(engine: Engine, transaction: Transaction) -> None:
    with pytest.raises(IntegrityError), transaction(engine) as connection:
        connection.execute(insert(tables.zone), [{"name": "UTC"}, {"name": None}])
    with read(engine) as connection:
        assert connection.execute(COUNT).scalar_one() == 0


def test_an_error_does_not_tell_what_the_statement_was_given(engine: Engine) -> None:
    with pytest.raises(DBAPIError) as error, write(engine) as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:address)"), {"address": "ada@acme.example"})
    assert "ada@acme.example" not in str(error.value)


def test_a_reader_sees_only_what_was_committed(engine: Engine) -> None:
    with write(engine) as writer:
        put(writer, "UTC")
        with read(engine) as reader:
            assert reader.execute(COUNT).scalar_one() == 0


@pytest.mark.parametrize("transaction", [write, snapshot], ids=["write", "snapshot"])
def test_sqlite_takes_its_write_lock_at_the_start(sqlite_engine: Engine, transaction: Transaction) -> None:
    with transaction(sqlite_engine):
        assert locked_out(sqlite_engine)
    assert not locked_out(sqlite_engine)


def test_an_sqlite_reader_leaves_the_write_lock_alone(sqlite_engine: Engine) -> None:
    with read(sqlite_engine) as connection:
        connection.execute(COUNT)
        assert not locked_out(sqlite_engine)


def test_whoever_must_not_wait_is_told_that_somebody_in_this_process_writes(sqlite_engine: Engine) -> None:
    with write(sqlite_engine), pytest.raises(Busy), write_at_once(sqlite_engine):
        pytest.fail("There is one writer.")


def test_whoever_must_not_wait_is_told_that_another_process_writes(sqlite_engine: Engine) -> None:
    """And whoever waits afterwards waits as long as ever."""
    other = open_database(str(sqlite_engine.url))
    with write(other), pytest.raises(Busy), write_at_once(sqlite_engine):
        pytest.fail("There is one writer.")
    other.dispose()
    with write_at_once(sqlite_engine) as connection:
        put(connection, "UTC")
        assert connection.execute(text("PRAGMA busy_timeout")).scalar_one() == BUSY_MS
    with read(sqlite_engine) as connection:
        assert connection.execute(COUNT).scalar_one() == 1


def test_a_snapshot_sees_one_state_throughout(postgres_engine: Engine) -> None:
    with snapshot(postgres_engine) as one:
        before = one.execute(COUNT).scalar_one()
        with write(postgres_engine) as other:
            put(other, "UTC")
        assert one.execute(COUNT).scalar_one() == before


def test_a_plain_write_sees_what_others_have_committed_meanwhile(postgres_engine: Engine) -> None:
    with write(postgres_engine) as one:
        assert one.execute(COUNT).scalar_one() == 0
        with write(postgres_engine) as other:
            put(other, "UTC")
        assert one.execute(COUNT).scalar_one() == 1


def test_the_level_of_a_snapshot_does_not_stay_with_its_connection(postgres_engine: Engine) -> None:
    with snapshot(postgres_engine) as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "repeatable read"
    with write(postgres_engine) as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "read committed"


def test_the_clock_goes_on_within_a_transaction(engine: Engine) -> None:
    """A long tick's leases must not be dated at its start."""
    with write(engine) as connection:
        first = clock(connection)
        later = first
        while later == first:  # a millisecond at most
            later = clock(connection)
    assert later > first
    assert later.tzinfo is UTC
    assert abs(datetime.now(UTC) - later) < timedelta(seconds=5)
