"""The migrations make the tables that the program works with, whoever else migrates at the same moment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, func, insert, inspect, select, text

from firstwin.db import migrate, tables
from firstwin.db.current import is_current
from firstwin.db.engine import DatabaseError, clock, open_database, read, write

SHAPE = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version'",
    "postgresql": """
        SELECT table_name || '.' || column_name, concat_ws(' ', data_type, is_nullable, column_default, collation_name)
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
        UNION ALL
        SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        UNION ALL
        SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid <> 'alembic_version'::regclass
    """,
}


@pytest.fixture
def bare(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database without any table."""
    if dialect == "sqlite":
        bare = open_database(f"sqlite:///{tmp_path / 'bare.db'}")
        yield bare
        bare.dispose()
        return
    server: Engine = request.getfixturevalue("postgres_engine")
    with _postgres_database(server) as bare:
        yield bare


@contextmanager
def _postgres_database(server: Engine) -> Iterator[Engine]:
    with server.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("CREATE DATABASE bare"))
        bare = open_database(server.url.set(database="bare").render_as_string(hide_password=False))
        yield bare
        bare.dispose()
        connection.execute(text("DROP DATABASE bare"))


def shape(engine: Engine) -> dict[str, str]:
    """What the database itself says about its tables, columns, indexes and constraints."""
    with read(engine) as connection:
        return {name: " ".join(is_.split()) for name, is_ in connection.execute(text(SHAPE[engine.dialect.name]))}


@pytest.mark.filterwarnings("ignore:Did not recognize type 'xid8'")  # SQLAlchemy has no type for it
def test_migrations_and_tables_agree(bare: Engine) -> None:
    migrate.upgrade(bare)
    with read(bare) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, tables.metadata)
    assert [diff for diff in found if "'ix_event_tx'" not in repr(diff)] == []  # made by both, on PostgreSQL alone


def test_a_migrated_database_is_the_same_as_one_made_at_once(bare: Engine) -> None:
    migrate.upgrade(bare)
    migrated = shape(bare)
    migrate.downgrade(bare)
    with write(bare) as connection:
        tables.metadata.create_all(connection)
    made = shape(bare)
    assert _normal(migrated) == _normal(made)


def _normal(found: dict[str, str]) -> dict[str, list[str]]:
    """Without brackets, white space and order, which say nothing."""
    return {name: sorted(re.sub(r"[()]", " ", is_).replace(",", " ").split()) for name, is_ in found.items()}


def test_a_database_is_current_once_it_is_migrated(bare: Engine) -> None:
    assert not is_current(bare)
    migrate.upgrade(bare)
    assert is_current(bare)


def test_migrating_again_changes_nothing(bare: Engine) -> None:
    migrate.upgrade(bare)
    with write(bare) as connection:
        connection.execute(insert(tables.zone).values(name="Europe/Berlin"))
    migrate.upgrade(bare)
    with read(bare) as connection:
        assert connection.execute(select(tables.zone.c.name)).scalars().all() == ["Europe/Berlin"]


def test_going_back_leaves_no_table(bare: Engine) -> None:
    migrate.upgrade(bare)
    migrate.downgrade(bare)
    assert inspect(bare).get_table_names() == ["alembic_version"]
    assert not is_current(bare)


def test_many_may_migrate_at_once(bare: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(migrate.upgrade, bare) for _ in range(4)]
    assert [migration.exception() for migration in done] == [None] * 4
    assert is_current(bare)


def test_a_database_of_a_newer_version_is_left_alone(bare: Engine) -> None:
    migrate.upgrade(bare)
    with write(bare) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="newer version of Firstwin"):
        migrate.upgrade(bare)
    assert not is_current(bare)


def test_rows_that_refer_to_others_are_guarded_again_after_migrating(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'bare.db'}")
    migrate.upgrade(engine)
    with read(engine) as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
    engine.dispose()


def test_a_fact_tells_its_transaction_on_postgresql(postgres_engine: Engine) -> None:
    with _postgres_database(postgres_engine) as bare:
        migrate.upgrade(bare)
        with write(bare) as connection:
            now = clock(connection)
            fact = {"name": "x", "props": {}, "occurred_at": now, "received_at": now, "known_at": now}
            connection.execute(insert(tables.event).values(fact))
            same = select(tables.event.c.tx == func.pg_current_xact_id())
            assert connection.execute(same).scalar_one() is True
