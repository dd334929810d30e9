"""Expressions that measure events: their total, and the local day on which each fell. Both databases give the same."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Double

from firstwin.db.types import Json, json_number

GREATEST = "1e300"  # so that no two huge numbers make an infinite one, which PostgreSQL refuses and JSON cannot say
MANY_DAYS = 1_000_000  # added so that days before 1970 count upwards too, as whole division rounds towards zero
DAY = 86_400_000_000  # microseconds


class json_total(FunctionElement[float]):  # noqa: N801 - reads as the SQL function that it is
    """An aggregate: the sum of the member where it is a number, to the millionth; 0 for none.

    PostgreSQL adds decimals. SQLite adds doubles, whose last digits the rounding takes away: 0.1 and 0.2 are 0.3.
    """

    inherit_cache = True
    type = Double()

    def __init__(self, document: ColumnElement[Any], key: str) -> None:
        super().__init__(json_number(document, key))


@compiles(json_total, "sqlite")
def _total_sqlite(element: json_total, compiler: SQLCompiler, **kw: Any) -> str:
    (number,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"COALESCE(max(min(round(sum({number}), 6), {GREATEST}), -{GREATEST}), 0.0)"


@compiles(json_total, "postgresql")
def _total_postgresql(element: json_total, compiler: SQLCompiler, **kw: Any) -> str:
    (number,) = element.clauses
    doc, key, _ = (compiler.process(part, **kw) for part in number.clauses)
    decimal = f"CASE WHEN jsonb_typeof({doc} -> {key}) = 'number' THEN ({doc} ->> {key})::numeric END"
    return f"LEAST(GREATEST(round(COALESCE(sum({decimal}), 0), 6), -{GREATEST}), {GREATEST})::double precision"


class json_key(FunctionElement[Any]):  # noqa: N801
    """What tells one thing from another: the member if it is a text, a number or a truth, else NULL.

    To group by and nothing else: 7 and 7.0 are one, "7" is another. SQLite marks texts, so that "true" is not true.
    """

    inherit_cache = True

    def __init__(self, document: ColumnElement[Any], key: str) -> None:
        super().__init__(json_number(document, key))


@compiles(json_key, "sqlite")
def _key_sqlite(element: json_key, compiler: SQLCompiler, **kw: Any) -> str:
    (number,) = element.clauses
    doc, _, path = (compiler.process(part, **kw) for part in number.clauses)
    value = f"json_extract({doc}, {path})"
    return (
        f"(CASE json_type({doc}, {path}) WHEN 'text' THEN '=' || {value} WHEN 'integer' THEN CAST({value} AS REAL)"
        f" WHEN 'real' THEN {value} WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' END)"
    )


@compiles(json_key, "postgresql")
def _key_postgresql(element: json_key, compiler: SQLCompiler, **kw: Any) -> str:
    (number,) = element.clauses
    doc, key, _ = (compiler.process(part, **kw) for part in number.clauses)
    return f"(CASE WHEN jsonb_typeof({doc} -> {key}) IN ('string', 'number', 'boolean') THEN {doc} -> {key} END)"


class of_zone(FunctionElement[Any]):  # noqa: N801
    """Looks a subject's zone up in ``{zone: list}``, as JSON; the entry "" is for every other zone."""

    inherit_cache = True
    type = Json

    def __init__(self, by_zone: ColumnElement[Any], zone: ColumnElement[str]) -> None:
        super().__init__(by_zone, zone)


@compiles(of_zone, "sqlite")
def _of_zone_sqlite(element: of_zone, compiler: SQLCompiler, **kw: Any) -> str:
    by_zone, zone = (compiler.process(part, **kw) for part in element.clauses)
    path = f"""'$."' || replace(COALESCE({zone}, ''), '"', ' ') || '"'"""  # no zone holds a double quote
    return f"COALESCE(json_extract({by_zone}, {path}), json_extract({by_zone}, '$.\"\"'))"


@compiles(of_zone, "postgresql")
def _of_zone_postgresql(element: of_zone, compiler: SQLCompiler, **kw: Any) -> str:
    by_zone, zone = (compiler.process(part, **kw) for part in element.clauses)
    return f"COALESCE({by_zone} -> COALESCE({zone}, ''), {by_zone} -> '')"


class json_items(FunctionElement[Any]):  # noqa: N801
    """The members of a JSON list as rows, in the column ``value``."""

    inherit_cache = True


@compiles(json_items, "sqlite")
def _items_sqlite(element: json_items, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_each{compiler.process(element.clause_expr, **kw)}"


@compiles(json_items, "postgresql")
def _items_postgresql(element: json_items, compiler: SQLCompiler, **kw: Any) -> str:
    return f"jsonb_array_elements{compiler.process(element.clause_expr, **kw)}"


class _OfStretch(FunctionElement[Any]):
    """About a moment and the stretch ``[from, until, offset]`` of a time zone, all in microseconds."""

    def __init__(self, at: ColumnElement[Any], stretch: ColumnElement[Any]) -> None:
        super().__init__(at, stretch)


class in_stretch(_OfStretch):  # noqa: N801
    inherit_cache = True
    type = Boolean()
    _is_implicitly_boolean = True


@compiles(in_stretch, "sqlite")
def _in_stretch_sqlite(element: in_stretch, compiler: SQLCompiler, **kw: Any) -> str:
    at, stretch = (compiler.process(part, **kw) for part in element.clauses)
    return f"({at} >= json_extract({stretch}, '$[0]') AND {at} < json_extract({stretch}, '$[1]'))"


@compiles(in_stretch, "postgresql")
def _in_stretch_postgresql(element: in_stretch, compiler: SQLCompiler, **kw: Any) -> str:
    at, stretch = (compiler.process(part, **kw) for part in element.clauses)
    since, until = (f"timestamptz 'epoch' + ({stretch} ->> {n})::bigint * interval '1 microsecond'" for n in (0, 1))
    return f"({at} >= {since} AND {at} < {until})"


class local_day(_OfStretch):  # noqa: N801
    """What tells one local day from another: on SQLite a number, on PostgreSQL the date."""

    inherit_cache = True


@compiles(local_day, "sqlite")
def _local_day_sqlite(element: local_day, compiler: SQLCompiler, **kw: Any) -> str:
    at, stretch = (compiler.process(part, **kw) for part in element.clauses)
    return f"(({at} + json_extract({stretch}, '$[2]') + {MANY_DAYS * DAY}) / {DAY})"


@compiles(local_day, "postgresql")
def _local_day_postgresql(element: local_day, compiler: SQLCompiler, **kw: Any) -> str:
    at, stretch = (compiler.process(part, **kw) for part in element.clauses)
    return f"({at} AT TIME ZONE 'UTC' + ({stretch} ->> 2)::bigint * interval '1 microsecond')::date"
