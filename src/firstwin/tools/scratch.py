"""A scratch run over the project's own facts: its tables shadow the real ones, and nothing of it outlives it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, MetaData, Table, event, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.schema import CreateIndex, CreateTable

from firstwin.db import tables
from firstwin.db.engine import OWN_TABLES, DatabaseError
from firstwin.db.runs import Run, open_run
from firstwin.rules.terms import Rule
from firstwin.tick.sync import sync_rules

NAME: Final = "scratch"  # of the run; nothing in the real tables bears it
FACTS: Final = frozenset(
    {"event", "account", "person", "member", "alias", "zone", "event_name", "suppression",
     "write_key", "intake", "reject", "hook_token", "outcome", "heartbeat"}
)  # fmt: skip
"""The tables that a scratch run reads as they are. All others are what runs make: it has its own, and they are empty."""

FIRST_OWN: Final = 2**62  # the place of a run's own fact in the sequence: behind all real ones
_OWN: Final = {
    "INSERT INTO event (": "INSERT INTO own_event AS event (",
    "UPDATE event SET": "UPDATE own_event AS event SET",  # as a rule gets another name
}
_DENIED: Final = (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE)


@contextmanager
def scratch(
    engine: Engine, rules: Sequence[Rule], begin: datetime, *, own_facts: bool, snapshot: str | None = None
) -> Iterator[tuple[Connection, Run]]:
    """One transaction in which the worker's own functions run, and see the real facts as they stand at its beginning.

    The rules count as new at ``begin``. ``own_facts``: some rule reads what the run itself writes, milestones or nudges.
    ``snapshot``: of ``reading_only``. Writing into a table of the project is refused by the database itself.
    """
    with (
        scratch_tables(engine, own_facts=own_facts) as connection,
        reading_only(connection, snapshot),
    ):
        run = open_run(connection, NAME, virtual_from=begin, rate=0, sends=False)
        sync_rules(connection, NAME, rules, begin)
        yield connection, run


@contextmanager
def scratch_tables(engine: Engine, *, own_facts: bool) -> Iterator[Connection]:
    """A connection of its own, on which everything that a run makes goes into empty tables that end with it."""
    with engine.connect().execution_options(**_isolation(engine), **{OWN_TABLES: True}) as connection:
        connection.detach()  # the temporary tables die with it, and no pool hands them to anybody
        event.listen(connection, "before_cursor_execute", _divert, retval=True)
        if connection.dialect.name == "sqlite":
            _driver(connection).set_authorizer(_keep_off)
            _driver(connection).execute(f"PRAGMA mmap_size = {2**32}")  # all of the history is read: not page by page
        with connection.begin():
            _make_tables(connection, own_facts=own_facts)
        yield connection


@contextmanager
def reading_only(connection: Connection, snapshot: str | None = None) -> Iterator[None]:
    """One transaction: one state of the facts throughout, and no table of the project is written into.

    ``snapshot``: the name of another transaction's on PostgreSQL, whose state of the facts this one is to see.
    """
    with connection.begin():
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("SELECT 1 FROM main.account").first()  # the state is that of the first look
        else:
            if snapshot is not None:
                connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{snapshot}'")  # takes no parameter
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")  # which temporary tables are exempt from
        yield


def _isolation(engine: Engine) -> dict[str, str]:
    return {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}


def _driver(connection: Connection) -> Any:  # noqa: ANN401 - the driver's
    return connection.connection.dbapi_connection


def _keep_off(action: int, table: str | None, _column: str | None, database: str | None, _trigger: str | None) -> int:
    """SQLite asks this of every statement; of what it declares for itself too, such as ``json_each``."""
    is_write = action in _DENIED and database == "main" and table != "sqlite_master"
    return sqlite3.SQLITE_DENY if is_write else sqlite3.SQLITE_OK


def _divert(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any) -> tuple[str, Any]:  # noqa: ANN401 - SQLAlchemy's
    """The facts that the run writes go into a table of its own; an INSERT into a view could not say ON CONFLICT."""
    for whole, own in _OWN.items():
        if statement.startswith(whole):
            statement = own + statement.removeprefix(whole)
    return statement, parameters


# ---- tables ---------------------------------------------------------------------------------------------------------


def _make_tables(connection: Connection, *, own_facts: bool) -> None:
    """PostgreSQL looks for a name in the session's own schema first, as SQLite does: what is made here is what is seen."""
    schema = schema_of_facts(connection)
    for table in _copies():
        _create(connection, table)
    for statement in _FIRST[connection.dialect.name]:
        connection.execute(text(statement))
    if own_facts:
        columns = ", ".join(column.name for column in tables.event.columns)
        both = f"SELECT {columns} FROM {schema}.event UNION ALL SELECT {columns} FROM own_event"
        connection.execute(text(f"CREATE TEMPORARY VIEW event AS {both}"))


def schema_of_facts(connection: Connection) -> str:
    """Where the project's own tables are, whatever shadows them."""
    if connection.dialect.name == "sqlite":
        return "main"
    found: str = connection.exec_driver_sql(
        "SELECT quote_ident(nspname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.oid = 'account'::regclass"
    ).scalar_one()
    return found


def _copies() -> list[Table]:
    """Those tables that hold what a run makes, and one for the facts that it writes."""
    own = MetaData(naming_convention=tables.metadata.naming_convention)
    made = [table.to_metadata(own) for table in tables.metadata.sorted_tables if table.name not in FACTS]
    return [*made, tables.event.to_metadata(own, name="own_event")]


def _create(connection: Connection, table: Table) -> None:
    made = CreateTable(table, include_foreign_key_constraints=())
    statement = (
        str(made.compile(dialect=connection.dialect)).strip().replace("CREATE TABLE", "CREATE TEMPORARY TABLE", 1)
    )
    try:
        connection.exec_driver_sql(statement)
    except ProgrammingError as error:
        msg = f"The database lets this user make no temporary tables ({str(error.orig).strip()}): GRANT TEMPORARY does."
        raise DatabaseError(msg) from error
    for index in table.indexes:
        connection.execute(CreateIndex(index))


_FIRST: Final = {
    "sqlite": (f"INSERT INTO sqlite_sequence (name, seq) VALUES ('own_event', {FIRST_OWN})",),
    "postgresql": (
        f"SELECT setval('own_event_seq_seq', {FIRST_OWN})",
        "ALTER TABLE own_event ALTER COLUMN tx SET DEFAULT pg_current_xact_id()",
        "SET idle_in_transaction_session_timeout = 0",  # nobody waits for it, and it may think for minutes
    ),
}
