"""Lets the worker's own questions be asked of rows that stand in the place of tables: what if it were so?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import CTE, Column, ColumnElement, Connection, Select, Table, cast, event, literal, select, union_all
from sqlalchemy.sql.expression import false

Rows = Sequence[Mapping[str, Any]]
SUBJECT = "subject"  # what a question about many calls the one that each answer is about


@contextmanager
def supposed(connection: Connection, tables: Mapping[Table, Rows], *, only: str | None = None) -> Iterator[None]:
    """Inside, these tables hold these rows alone, for whoever asks on this connection; nothing is written.

    Each stands before its statement as a ``WITH`` of the table's own name, which SQL looks for first. With ``only``, a
    question that is answered by ``subject`` is asked about this one.
    """
    stand_ins = [_stand_in(connection, table, rows) for table, rows in tables.items()]

    def rewritten(_c: Connection, statement: Any, many: Any, parameters: Any, _o: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401 - SQLAlchemy's
        if isinstance(statement, Select):
            statement = _about(statement, only).add_cte(*stand_ins)
        return statement, many, parameters

    event.listen(connection, "before_execute", rewritten, retval=True)
    try:
        yield
    finally:
        event.remove(connection, "before_execute", rewritten)


def _stand_in(connection: Connection, table: Table, rows: Rows) -> CTE:
    typed = connection.dialect.name == "postgresql"  # SQLite's cast would make a number of a JSON text
    if not rows:
        return select(*(_value(column, None, typed=typed) for column in table.columns)).where(false()).cte(table.name)
    each = [select(*(_value(column, row.get(column.name), typed=typed) for column in table.columns)) for row in rows]
    return (union_all(*each) if len(each) > 1 else each[0]).cte(table.name)


def _value(column: Column[Any], value: object, *, typed: bool) -> ColumnElement[Any]:
    found: ColumnElement[Any] = literal(value, column.type)
    return (cast(found, column.type) if typed else found).label(column.name)


def _about(statement: Select[Any], only: str | None) -> Select[Any]:
    """Both databases take the condition into the question itself, so that it is a look into an index."""
    if only is None or SUBJECT not in statement.selected_columns:
        return statement
    answers = statement.subquery("answers")
    return select(answers).where(answers.c[SUBJECT] == only)
