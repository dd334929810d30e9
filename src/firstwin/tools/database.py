"""Opens the database of a project, and tells in words what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError as SqliteError
from sqlalchemy.exc import OperationalError, ProgrammingError

from firstwin.db.current import is_current
from firstwin.db.engine import DatabaseError, open_database

NONE_OF_OURS = ("file is not a database", "invalid connection option")


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """Raises DatabaseError where it does not answer."""
    try:
        engine = open_database(url)
        try:
            yield engine
        finally:
            engine.dispose()
    except OperationalError as error:
        message = f"The database does not answer: {error.orig}\nLook at FIRSTWIN_DATABASE_URL."
        raise DatabaseError(message) from error
    except (SqliteError, ProgrammingError) as error:
        if not any(says in str(error.orig) for says in NONE_OF_OURS):
            raise  # a mistake of ours
        raise DatabaseError(
            f"The database can't be used: {str(error.orig).strip()}\nLook at FIRSTWIN_DATABASE_URL."
        ) from error


def migrate(url: str) -> bool:
    """Brings the database to the tables of this version. False if it has them."""
    with opened(url) as engine:
        if is_current(engine):
            return False
        _upgrade(engine)
        return True


def must_have_tables(engine: Engine) -> None:
    """SQLite gets its tables by itself; for others raises DatabaseError that says how."""
    if is_current(engine):
        return
    if engine.dialect.name != "sqlite":
        raise DatabaseError("The database has no tables of this version yet: run `firstwin migrate`.")
    _upgrade(engine)


def _upgrade(engine: Engine) -> None:
    from firstwin.db.migrate import upgrade  # Alembic takes longer to load than most commands to answer

    upgrade(engine)


def is_there(engine: Engine) -> bool:
    """SQLite makes a file by looking into it."""
    path = engine.url.database
    return engine.dialect.name != "sqlite" or path in {None, "", ":memory:"} or Path(str(path)).exists()
