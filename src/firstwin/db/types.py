"""Column types and expressions whose SQL differs between SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, DateTime, Double, Interval, Text, TypeDecorator, literal
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine, UserDefinedType

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC: ``timestamptz`` on PostgreSQL, microseconds since 1970 on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return (value - EPOCH) // MICROSECOND if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, _coltype: object) -> Callable[[Any], datetime | None]:
        """In place of ``process_result_value``, which would be called through another call for each value."""
        return _of_microseconds if dialect.name == "sqlite" else _in_utc


def _of_microseconds(value: int | None) -> datetime | None:
    return None if value is None else EPOCH + value * MICROSECOND


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


class Delta(TypeDecorator[timedelta]):
    """A length of time: ``interval`` on PostgreSQL, microseconds on SQLite."""

    impl = Interval
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Interval())

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> Any:
        return value // MICROSECOND if value is not None and dialect.name == "sqlite" else value


class Xid(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id, which tells what a snapshot has seen; unused on SQLite."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


@compiles(Xid, "sqlite")
def _xid_sqlite(_type: Xid, _compiler: Any, **_: Any) -> str:
    return "INTEGER"


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class shift(FunctionElement[datetime]):  # noqa: N801 - reads as the SQL function that it is
    """``when + by`` for an instant and a constant length of time, negative to go back."""

    inherit_cache = True
    type = Instant()

    def __init__(self, when: ColumnElement[datetime], by: timedelta) -> None:
        super().__init__(when, literal(by, Delta()))


@compiles(shift)
def _shift(element: shift, compiler: SQLCompiler, **kw: Any) -> str:
    when, by = element.clauses
    return f"({compiler.process(when, **kw)} + {compiler.process(by, **kw)})"


class db_now(FunctionElement[datetime]):  # noqa: N801
    """The database's clock, the same for every worker (SQLite: to the millisecond)."""

    inherit_cache = True
    type = Instant()


@compiles(db_now, "postgresql")
def _db_now_postgresql(_element: db_now, _compiler: SQLCompiler, **_: Any) -> str:
    return "clock_timestamp()"


@compiles(db_now, "sqlite")
def _db_now_sqlite(_element: db_now, _compiler: SQLCompiler, **_: Any) -> str:
    return "(CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000)"


class _JsonMember(FunctionElement[Any]):
    """A member of a JSON object by its key; NULL when it is missing or of another kind.

    Raises ValueError for a key that SQLite cannot look for. Rules name no such property, and what holds one is kept as it is.
    """

    def __init__(self, document: ColumnElement[Any], key: str) -> None:
        super().__init__(document, literal(key, Text()), literal(_path(key), Text()))


def _path(key: str) -> str:
    """SQLite compares the key with the document as it is written, where these signs stand escaped."""
    if '"' in key or "\\" in key or any(sign < " " for sign in key):
        msg = f"{key!r} cannot be looked for: it holds a double quote, a backslash or a control character"
        raise ValueError(msg)
    return f'$."{key}"'


class json_number(_JsonMember):  # noqa: N801
    """A number as IEEE double, as both databases compare it alike."""

    inherit_cache = True
    type = Double()


class json_text(_JsonMember):  # noqa: N801
    inherit_cache = True
    type = Text()


class json_bool(_JsonMember):  # noqa: N801
    inherit_cache = True
    type = Boolean()
    _is_implicitly_boolean = True


class json_has(_JsonMember):  # noqa: N801
    """Whether the key is there with a value that is not null."""

    inherit_cache = True
    type = Boolean()
    _is_implicitly_boolean = True


class json_lists(FunctionElement[bool]):  # noqa: N801
    """Whether the member is a list that holds the given text."""

    inherit_cache = True
    type = Boolean()
    _is_implicitly_boolean = True

    def __init__(self, document: ColumnElement[Any], key: str, member: str) -> None:
        super().__init__(document, literal(key, Text()), literal(_path(key), Text()), literal(member, Text()))


def _parts(element: FunctionElement[Any], compiler: SQLCompiler, kw: dict[str, Any]) -> list[str]:
    return [compiler.process(part, **kw) for part in element.clauses]


@compiles(json_number, "sqlite")
def _number_sqlite(element: json_number, compiler: SQLCompiler, **kw: Any) -> str:
    doc, _, path = _parts(element, compiler, kw)
    return f"(CASE WHEN json_type({doc}, {path}) IN ('integer', 'real') THEN CAST(json_extract({doc}, {path}) AS REAL) END)"


@compiles(json_number, "postgresql")
def _number_postgresql(element: json_number, compiler: SQLCompiler, **kw: Any) -> str:
    doc, key, _ = _parts(element, compiler, kw)
    return f"(CASE WHEN jsonb_typeof({doc} -> {key}) = 'number' THEN ({doc} ->> {key})::double precision END)"


@compiles(json_text, "sqlite")
def _text_sqlite(element: json_text, compiler: SQLCompiler, **kw: Any) -> str:
    doc, _, path = _parts(element, compiler, kw)
    return f"(CASE WHEN json_type({doc}, {path}) = 'text' THEN json_extract({doc}, {path}) END)"


@compiles(json_text, "postgresql")
def _text_postgresql(element: json_text, compiler: SQLCompiler, **kw: Any) -> str:
    doc, key, _ = _parts(element, compiler, kw)
    return f"(CASE WHEN jsonb_typeof({doc} -> {key}) = 'string' THEN {doc} ->> {key} END)"


@compiles(json_bool, "sqlite")
def _bool_sqlite(element: json_bool, compiler: SQLCompiler, **kw: Any) -> str:
    doc, _, path = _parts(element, compiler, kw)
    return f"(CASE json_type({doc}, {path}) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END)"


@compiles(json_bool, "postgresql")
def _bool_postgresql(element: json_bool, compiler: SQLCompiler, **kw: Any) -> str:
    doc, key, _ = _parts(element, compiler, kw)
    return f"(CASE WHEN jsonb_typeof({doc} -> {key}) = 'boolean' THEN ({doc} -> {key})::boolean END)"


@compiles(json_has, "sqlite")
def _has_sqlite(element: json_has, compiler: SQLCompiler, **kw: Any) -> str:
    doc, _, path = _parts(element, compiler, kw)
    return f"(COALESCE(json_type({doc}, {path}), 'null') <> 'null')"


@compiles(json_has, "postgresql")
def _has_postgresql(element: json_has, compiler: SQLCompiler, **kw: Any) -> str:
    doc, key, _ = _parts(element, compiler, kw)
    return f"(COALESCE(jsonb_typeof({doc} -> {key}), 'null') <> 'null')"


@compiles(json_lists, "sqlite")
def _lists_sqlite(element: json_lists, compiler: SQLCompiler, **kw: Any) -> str:
    doc, _, path, member = _parts(element, compiler, kw)
    return (
        f"(json_type({doc}, {path}) = 'array' AND EXISTS (SELECT 1 FROM json_each({doc}, {path}) AS item"
        f" WHERE item.type = 'text' AND item.value = {member}))"
    )


@compiles(json_lists, "postgresql")
def _lists_postgresql(element: json_lists, compiler: SQLCompiler, **kw: Any) -> str:
    doc, key, _, member = _parts(element, compiler, kw)
    return f"(jsonb_typeof({doc} -> {key}) = 'array' AND ({doc} -> {key}) @> to_jsonb({member}))"


class looks_like(FunctionElement[bool]):  # noqa: N801
    """Text against a pattern in which ``*`` stands for anything; capital letters count."""

    inherit_cache = True
    type = Boolean()
    _is_implicitly_boolean = True

    def __init__(self, text: ColumnElement[str], pattern: str) -> None:
        glob = "".join(f"[{char}]" if char in "[?" else char for char in pattern)
        like = "".join("%" if char == "*" else f"\\{char}" if char in "%_\\" else char for char in pattern)
        super().__init__(text, literal(glob, Text()), literal(like, Text()))


@compiles(looks_like, "sqlite")
def _looks_like_sqlite(element: looks_like, compiler: SQLCompiler, **kw: Any) -> str:
    text, glob, _ = _parts(element, compiler, kw)
    return f"({text} GLOB {glob})"


@compiles(looks_like, "postgresql")
def _looks_like_postgresql(element: looks_like, compiler: SQLCompiler, **kw: Any) -> str:
    text, _, like = _parts(element, compiler, kw)
    return f"({text} LIKE {like})"


class has_text(FunctionElement[bool]):  # noqa: N801
    """Whether a text holds another; capital letters count."""

    inherit_cache = True
    type = Boolean()
    _is_implicitly_boolean = True

    def __init__(self, text: ColumnElement[str], part: str) -> None:
        super().__init__(text, literal(part, Text()))


@compiles(has_text, "sqlite")
def _has_text_sqlite(element: has_text, compiler: SQLCompiler, **kw: Any) -> str:
    text, part = _parts(element, compiler, kw)
    return f"(instr({text}, {part}) > 0)"


@compiles(has_text, "postgresql")
def _has_text_postgresql(element: has_text, compiler: SQLCompiler, **kw: Any) -> str:
    text, part = _parts(element, compiler, kw)
    return f"(strpos({text}, {part}) > 0)"


class Snapshot(UserDefinedType[str]):
    """PostgreSQL's ``pg_snapshot``: which transactions had committed at a moment."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "pg_snapshot"


class json_value(_JsonMember):  # noqa: N801
    """The member as JSON text, NULL when it is missing or null: to tell one value from another.

    Equal numbers have the same text: 3 however it was written, as 3.0 or as 3e0. (Within a list they keep their own.)
    """

    inherit_cache = True
    type = Text()


@compiles(json_value, "sqlite")
def _value_sqlite(element: json_value, compiler: SQLCompiler, **kw: Any) -> str:
    doc, _, path = _parts(element, compiler, kw)
    number = f"json_extract({doc}, {path})"
    is_whole = f"json_type({doc}, {path}) = 'real' AND abs({number}) < 9.2e18 AND {number} = CAST({number} AS INTEGER)"
    return (
        f"(CASE WHEN {is_whole} THEN CAST(CAST({number} AS INTEGER) AS TEXT) ELSE NULLIF({doc} -> {path}, 'null') END)"
    )


@compiles(json_value, "postgresql")
def _value_postgresql(element: json_value, compiler: SQLCompiler, **kw: Any) -> str:
    doc, key, _ = _parts(element, compiler, kw)
    number = f"CAST(trim_scale(CAST({doc} ->> {key} AS numeric)) AS text)"
    is_number = f"jsonb_typeof({doc} -> {key}) = 'number'"
    return f"(CASE WHEN {is_number} THEN {number} ELSE NULLIF(({doc} -> {key})::text, 'null') END)"


class period_start(FunctionElement[datetime]):  # noqa: N801
    """Looks a subject's zone up in ``{zone: microseconds since 1970}``; the entry "" is for every other zone.

    The zone is whatever text somebody sent. A double quote in it would end SQLite's path; no zone holds one, nor a space.
    """

    inherit_cache = True
    type = Instant()

    def __init__(self, periods: ColumnElement[Any], zone: ColumnElement[str]) -> None:
        super().__init__(periods, zone)


@compiles(period_start, "sqlite")
def _period_sqlite(element: period_start, compiler: SQLCompiler, **kw: Any) -> str:
    periods, zone = _parts(element, compiler, kw)
    path = f"""'$."' || replace(COALESCE({zone}, ''), '"', ' ') || '"'"""
    return f"COALESCE(json_extract({periods}, {path}), json_extract({periods}, '$.\"\"'))"


@compiles(period_start, "postgresql")
def _period_postgresql(element: period_start, compiler: SQLCompiler, **kw: Any) -> str:
    periods, zone = _parts(element, compiler, kw)
    found = f"COALESCE({periods} ->> COALESCE({zone}, ''), {periods} ->> '')"
    return f"(timestamptz 'epoch' + ({found})::bigint * interval '1 microsecond')"


class unindexed(FunctionElement[Any]):  # noqa: N801
    """A column that SQLite is not to choose its index by; PostgreSQL knows better by its statistics."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(unindexed)
def _unindexed(element: unindexed, compiler: SQLCompiler, **kw: Any) -> str:
    return _parts(element, compiler, kw)[0]


@compiles(unindexed, "sqlite")
def _unindexed_sqlite(element: unindexed, compiler: SQLCompiler, **kw: Any) -> str:
    return f"+{_parts(element, compiler, kw)[0]}"
