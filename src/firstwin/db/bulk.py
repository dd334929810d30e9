"""Many rows at once, the same for both databases: ids asked for in one go, rows handed over as one document, appended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from typing import Any, Final

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    FromClause,
    Select,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    column,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeEngine

from firstwin.db.engine import write
from firstwin.db.types import Instant

BLOCKS: Final = (2000, 200, 20, 1)  # rows of one statement; SQLite takes at least 32,766 values in one
LOOKED_AT: Final = 1_000_000


class Listed(TypeDecorator[Sequence[str | int]]):
    """Any number of texts or ids in one parameter, as JSON: a driver takes longer to write an array than the database to read it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[str | int] | None, dialect: Dialect) -> str:  # noqa: ARG002 - for both
        return orjson.dumps(value or []).decode()


class one_of(FunctionElement[Any]):  # noqa: N801 - reads as the SQL that it is
    """Whether a column holds one of the texts in a parameter: ``one_of(table.c.id, "ids")``, however many there are."""

    inherit_cache = True
    type = NullType()  # a Boolean would be compared with 1 on SQLite, which then finds no index

    def __init__(self, element: ColumnElement[Any], parameter: str) -> None:
        super().__init__(element, bindparam(parameter, type_=Listed()))


@compiles(one_of, "postgresql")
def _one_of_postgresql(element: one_of, compiler: SQLCompiler, **kw: Any) -> str:
    asked, texts = (compiler.process(part, **kw) for part in element.clauses)
    return f"({asked} = ANY (ARRAY(SELECT json_array_elements_text(CAST({texts} AS json)))))"


@compiles(one_of, "sqlite")
def _one_of_sqlite(element: one_of, compiler: SQLCompiler, **kw: Any) -> str:
    asked, texts = (compiler.process(part, **kw) for part in element.clauses)
    return f"({asked} IN (SELECT value FROM json_each({texts})))"


class one_of_ids(one_of):  # noqa: N801
    """The same for a column of whole numbers."""

    inherit_cache = True


@compiles(one_of_ids, "postgresql")
def _one_of_ids_postgresql(element: one_of_ids, compiler: SQLCompiler, **kw: Any) -> str:
    asked, ids = (compiler.process(part, **kw) for part in element.clauses)
    return f"({asked} = ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST({ids} AS json)) AS bigint))))"


class among(FunctionElement[Any]):  # noqa: N801
    """Whether a column holds one of the values that a query finds, few of them: asked first, then looked up one by one.

    ``IN`` would leave PostgreSQL the choice, and without statistics it rather reads the whole table (3 s in place of 25 ms).
    """

    inherit_cache = True
    type = NullType()

    def __init__(self, element: ColumnElement[Any], query: Select[Any]) -> None:
        super().__init__(element, query.correlate(None).scalar_subquery())


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    asked, found = (compiler.process(part, **kw) for part in element.clauses)
    return f"({asked} = ANY (ARRAY{found}))"


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    asked, found = (compiler.process(part, **kw) for part in element.clauses)
    return f"({asked} IN {found})"


class of_microseconds(FunctionElement[Any]):  # noqa: N801
    """The instant that lies so many microseconds after 1970."""

    inherit_cache = True
    type = Instant()


@compiles(of_microseconds, "postgresql")
def _of_microseconds_postgresql(element: of_microseconds, compiler: SQLCompiler, **kw: Any) -> str:
    (number,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"(timestamptz 'epoch' + {number} * interval '1 microsecond')"


@compiles(of_microseconds, "sqlite")
def _of_microseconds_sqlite(element: of_microseconds, compiler: SQLCompiler, **kw: Any) -> str:
    (number,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"{number}"


class microseconds_of(FunctionElement[int]):  # noqa: N801
    """How many microseconds after 1970 an instant lies: for many of them, as a datetime takes long to make."""

    inherit_cache = True
    type = BigInteger()


@compiles(microseconds_of, "postgresql")
def _microseconds_postgresql(element: microseconds_of, compiler: SQLCompiler, **kw: Any) -> str:
    (instant,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"CAST(extract(epoch FROM {instant}) * 1000000 AS bigint)"


@compiles(microseconds_of, "sqlite")
def _microseconds_sqlite(element: microseconds_of, compiler: SQLCompiler, **kw: Any) -> str:
    (instant,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"{instant}"


def given(dialect: Dialect, **columns: TypeEngine[Any]) -> FromClause:
    """The rows of the parameter ``rows``: a JSON list of objects with these keys, instants in microseconds since 1970."""
    rows = bindparam("rows", type_=Text())
    if dialect.name == "postgresql":
        return _given_postgresql(rows, columns)
    each = func.json_each(rows).table_valued("value", name="each")
    found = [func.json_extract(each.c.value, f"$.{name}", type_=kind).label(name) for name, kind in columns.items()]
    return select(*found).select_from(each).subquery("given")


def _given_postgresql(rows: ColumnElement[str], columns: Mapping[str, TypeEngine[Any]]) -> FromClause:
    types = {name: BigInteger() if isinstance(kind, Instant) else kind for name, kind in columns.items()}
    declared = [column(name, kind) for name, kind in types.items()]
    each = func.jsonb_to_recordset(cast(rows, postgresql.JSONB)).table_valued(*declared, name="each")
    each = each.render_derived(with_types=True)
    found = [
        (of_microseconds(each.c[name]) if isinstance(kind, Instant) else each.c[name]).label(name)
        for name, kind in columns.items()
    ]
    return select(*found).select_from(each).subquery("given")


def insert_given(dialect: Dialect, table: Table, *names: str) -> sqlite.Insert | postgresql.Insert:
    """``INSERT INTO table (names) SELECT … FROM given``, for ``on_conflict_do_…`` to be added."""
    rows = given(dialect, **{name: table.c[name].type for name in names})
    insert = postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)
    # SQLite can't tell a conflict clause from a join unless the SELECT has a WHERE
    return insert.from_select(list(names), select(rows).where(rows.c[names[0]].is_not(None)))


def takes_rows_as_they_come(connection: Connection) -> bool:
    """Whether the database is at work on the first rows while ``append`` is still given others."""
    return connection.dialect.name == "postgresql"


def append(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Adds rows in the fastest way there is. Instants are microseconds since 1970, JSON is text. Raises Collision."""
    columns = [table.c[name] for name in names]
    cursor: Any = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
        from firstwin.db.copying import (
            copy,  # its driver takes a tenth of a second to load, and SQLite needs none of it
        )

        copy(cursor, table.name, columns, rows)
    else:
        _insert(cursor, table.name, names, list(rows))
    cursor.close()


def _insert(cursor: Any, table: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """In blocks: the driver gives other threads their turn once a statement, and not once a row.

    If one row fails the whole transaction does: without ``OR FAIL`` SQLite would prepare to take back the statement alone.
    """
    done = 0
    for block in BLOCKS:
        statement = _inserting(table, tuple(names), block)
        while done + block <= len(rows):
            cursor.execute(statement, list(chain.from_iterable(rows[done : done + block])))
            done += block


@lru_cache(maxsize=16)
def _inserting(table: str, names: tuple[str, ...], rows: int) -> str:
    row = f"({', '.join('?' * len(names))})"
    return f"INSERT OR FAIL INTO {table} ({', '.join(names)}) VALUES {', '.join([row] * rows)}"


def renewed(dialect: Dialect, table: Table, rows: Select[Any]) -> FromClause:
    """The rows, each with a ``fresh`` place at the end of the table's sequence, in the order of their ``seq``."""
    ordered = rows.order_by(rows.selected_columns.seq).subquery("ordered")
    last = select(func.max(table.c.seq)).scalar_subquery()
    fresh: ColumnElement[int] = last + func.row_number().over(order_by=ordered.c.seq)
    if dialect.name == "postgresql":
        fresh = func.nextval(func.pg_get_serial_sequence(table.name, "seq"))
    return select(ordered, fresh.label("fresh")).subquery("renewed")


@contextmanager
def many_commits(engine: Engine) -> Iterator[None]:
    """For one commit after the other: SQLite copies its log into the file after 64 MB, not 4, and most pages only once."""
    if engine.dialect.name != "sqlite":
        yield
        return
    event.listen(engine, "checkout", _copy_log_seldom)
    event.listen(engine, "checkin", _copy_log_as_usual)
    try:
        yield
    finally:
        event.remove(engine, "checkout", _copy_log_seldom)
        event.remove(engine, "checkin", _copy_log_as_usual)


def _copy_log_seldom(connection: Any, _entry: Any, _proxy: Any) -> None:
    connection.execute("PRAGMA wal_autocheckpoint = 16000")


def _copy_log_as_usual(connection: Any, _entry: Any) -> None:
    if connection is not None:  # it is when it broke
        connection.execute("PRAGMA wal_autocheckpoint = 1000")


def analyze(engine: Engine, *tables: Table) -> None:
    """Tells the planner what the tables hold by now. Nothing is looked up by JSON."""
    with write(engine) as connection:
        analyze_in(connection, *tables)


def analyze_in(connection: Connection, *tables: Table) -> None:
    """The same in a transaction that there is.

    SQLite looks at no more than ``LOOKED_AT`` entries of each value: with a thousand it took an event of which there are
    fourteen thousand for a rare one, and read all of them once more for each account.
    """
    for table in tables:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA analysis_limit = {LOOKED_AT}")
            connection.exec_driver_sql(f"ANALYZE {table.name}")
        else:
            names = ", ".join(column.name for column in table.c if not isinstance(column.type, JSON))
            connection.exec_driver_sql(f"ANALYZE {table.name} ({names})")
