"""Many new rows in one statement; those that are there already are left as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Executable, Table
from sqlalchemy.engine import Dialect

from firstwin.db.bulk import insert_given
from firstwin.db.types import EPOCH, MICROSECOND


def insert_new(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *returning: str
) -> Sequence[tuple[Any, ...]]:
    """The columns ``returning`` of the rows that were not there before. All rows have the same keys."""
    if not rows:
        return ()
    statement = _statement(connection.dialect, table, tuple(rows[0]), returning)
    done = connection.execute(statement, {"rows": document(rows)})
    return [tuple(row) for row in done] if returning else ()


def document(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as one parameter, for ``bulk.given`` to read."""
    return orjson.dumps(rows, default=_microseconds, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()


@lru_cache(maxsize=64)
def _statement(dialect: Dialect, table: Table, names: tuple[str, ...], returning: tuple[str, ...]) -> Executable:
    insert = insert_given(dialect, table, *names).on_conflict_do_nothing()
    return insert.returning(*(table.c[name] for name in returning)) if returning else insert


def _microseconds(value: object) -> int:
    if isinstance(value, datetime):
        return (value - EPOCH) // MICROSECOND
    msg = f"{type(value).__name__} is neither JSON nor an instant"
    raise TypeError(msg)
