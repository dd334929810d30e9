"""Whether a database has exactly the tables of this version: asked at every start, and so without Alembic, which loads slowly."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, column, inspect, select, table

from firstwin.db.engine import read

VERSIONS = Path(__file__).parent / "migrations" / "versions"
NEWEST = max(file.name[1:5] for file in VERSIONS.glob("v[0-9]*.py"))
KEPT_BY_ALEMBIC = table("alembic_version", column("version_num"))


def is_current(engine: Engine) -> bool:
    with read(engine) as connection:
        return _revisions(connection) == {NEWEST}


def _revisions(connection: Connection) -> set[str]:
    if not inspect(connection).has_table(KEPT_BY_ALEMBIC.name):
        return set()
    return set(connection.scalars(select(KEPT_BY_ALEMBIC.c.version_num)))
