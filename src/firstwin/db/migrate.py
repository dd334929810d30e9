"""Brings a database to the tables of this version, as often as it is asked to and from as many processes at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from firstwin.db.engine import DatabaseError, alone
from firstwin.db.sqlite import IMMEDIATELY, begin_next

MIGRATIONS = Path(__file__).with_name("migrations")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Makes what is missing. Raises DatabaseError if a newer version of the program has made this database."""
    with _alone(engine) as connection:
        _refuse_newer(connection)
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    with _alone(engine) as connection:
        command.downgrade(_config(connection), revision)


def _refuse_newer(connection: Connection) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if _revisions(connection) - known:
        msg = "This database was made by a newer version of Firstwin: install that version, or another database."
        raise DatabaseError(msg)


def _revisions(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction in which no other process migrates."""
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if is_sqlite:
            _keep_foreign_keys(connection, on=False)
            begin_next(connection, IMMEDIATELY)
        try:
            with connection.begin():
                alone(connection, "firs")
                yield connection
        finally:
            if is_sqlite:
                _keep_foreign_keys(connection, on=True)


def _keep_foreign_keys(connection: Connection, *, on: bool) -> None:
    """Making a table anew drops the old one, which would delete what refers to its rows. Only outside a transaction."""
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
