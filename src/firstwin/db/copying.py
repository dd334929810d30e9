"""PostgreSQL's own way to take many rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from struct import Struct
from typing import Any, Final

from psycopg.adapt import Dumper
from psycopg.errors import DeadlockDetected, OperationalError, ProgramLimitExceeded, UniqueViolation
from psycopg.postgres import types
from psycopg.pq import Format
from sqlalchemy import JSON, Column
from sqlalchemy import exc as sqlalchemy

from firstwin.db.engine import Collision
from firstwin.db.types import Instant

MICROSECONDS_TO_2000: Final = 946_684_800_000_000  # from 1970, where ours begin


def copy(cursor: Any, table: str, columns: Sequence[Column[Any]], rows: Iterable[Sequence[Any]]) -> None:
    """In PostgreSQL's own form: neither side makes a text of each moment, to read it again.

    Raises Collision, and SQLAlchemy's OperationalError where it is the database's trouble (a full disk, its end, a time limit).
    """
    kinds = [_kind(column) for column in columns]
    names = ", ".join(column.name for column in columns)
    for dumper in (_Moment, _Document):
        cursor.adapters.register_dumper(None, dumper)  # for this cursor alone
    try:
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(kinds)
            for row in rows:
                copy.write_row(row)
    except (UniqueViolation, DeadlockDetected) as error:
        raise Collision(error.diag.message_primary) from error
    except ProgramLimitExceeded:
        raise  # a row's own trouble
    except OperationalError as error:
        raise sqlalchemy.OperationalError(f"COPY {table}", None, error) from error


def _kind(column: Column[Any]) -> str:
    if isinstance(column.type, Instant):
        return "timestamptz"
    return "jsonb" if isinstance(column.type, JSON) else "text"


class _Moment(Dumper):
    """Microseconds since 1970, as `timestamptz` is sent: those since 2000, in eight bytes."""

    format = Format.BINARY
    oid = types["timestamptz"].oid
    _packed = Struct("!q").pack

    def dump(self, obj: int) -> bytes:
        return self._packed(obj - MICROSECONDS_TO_2000)


class _Document(Dumper):
    """JSON in a text, as `jsonb` is sent: behind the number of the form."""

    format = Format.BINARY
    oid = types["jsonb"].oid

    def dump(self, obj: str) -> bytes:
        return b"\x01" + obj.encode()
