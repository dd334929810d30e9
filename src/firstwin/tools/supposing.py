"""Lets the worker's own questions be asked of rows that stand in the place of tables: what if it were so?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import CTE, Connection, Select, Table, bindparam, event, select, text

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
    """As text: SQLAlchemy would take longer to write its sixteen columns one by one than a database to answer."""
    typed = connection.dialect.name == "postgresql"  # SQLite's cast would make a number of a JSON text
    selects = [_select(connection, table, number, typed=typed) for number in range(len(rows) or 1)]
    source = text(" UNION ALL ".join(selects) + ("" if rows else " WHERE 1 = 0"))
    bound = [
        bindparam(f"{table.name}_{column.name}_{number}", row.get(column.name), column.type)
        for number, row in enumerate(rows or ({},))
        for column in table.columns
    ]
    return source.bindparams(*bound).columns().cte(table.name)


def _select(connection: Connection, table: Table, number: int, *, typed: bool) -> str:
    quoted = connection.dialect.identifier_preparer.quote
    values = (
        (f"CAST(:{table.name}_{one.name}_{number} AS {one.type.compile(connection.dialect)})", quoted(one.name))
        if typed
        else (f":{table.name}_{one.name}_{number}", quoted(one.name))
        for one in table.columns
    )
    return "SELECT " + ", ".join(f"{value} AS {name}" for value, name in values)


def _about(statement: Select[Any], only: str | None) -> Select[Any]:
    """Both databases take the condition into the question itself, so that it is a look into an index."""
    if only is None or SUBJECT not in statement.selected_columns:
        return statement
    answers = statement.subquery("answers")
    return select(answers).where(answers.c[SUBJECT] == only)
