"""Transactions from the event loop."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Connection, Engine, insert, text

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.deliver.database import Database
from tests.outbox.given import rows


def done(engine: Engine, work: object) -> object:
    database = Database(engine)
    try:
        return asyncio.run(database.write(work))  # type: ignore[arg-type] # what a test does
    finally:
        database.close()


def test_work_is_committed_and_its_result_handed_over(engine: Engine) -> None:
    def work(connection: Connection) -> str:
        connection.execute(insert(tables.zone), {"name": "Europe/Berlin"})
        return "done"

    assert done(engine, work) == "done"
    assert [row.name for row in rows(engine, tables.zone)] == ["Europe/Berlin"]


def test_a_mistake_is_raised_at_once_and_nothing_is_kept(engine: Engine) -> None:
    tries: list[int] = []

    def work(connection: Connection) -> None:
        tries.append(1)
        connection.execute(insert(tables.zone), {"name": "UTC"})
        raise ValueError("a mistake")

    with pytest.raises(ValueError, match="a mistake"):
        done(engine, work)
    assert (len(tries), rows(engine, tables.zone)) == (1, [])


def until_gone(engine: Engine, session: int) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
        while other.execute(text("SELECT 1 FROM pg_stat_activity WHERE pid = :pid"), {"pid": session}).first():
            pass


LOST = {
    "the server ended": "SELECT pg_terminate_backend(pg_backend_pid())",
    "it stood still": "SET LOCAL idle_in_transaction_session_timeout = '1ms'",
}


@pytest.mark.parametrize("why", LOST)
def test_work_whose_connection_was_lost_is_done_again(postgres_engine: Engine, why: str) -> None:
    tries: list[int] = []

    def work(connection: Connection) -> int:
        tries.append(1)
        connection.execute(insert(tables.zone), {"name": "UTC"})
        if len(tries) == 1:
            session = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            connection.execute(text(LOST[why]))
            until_gone(postgres_engine, session)
        return len(tries)

    assert done(postgres_engine, work) == 2
    assert len(rows(postgres_engine, tables.zone)) == 1


def test_while_somebody_else_writes_the_event_loop_goes_on(sqlite_engine: Engine) -> None:
    def work(connection: Connection) -> str:
        connection.execute(insert(tables.zone), {"name": "Europe/Berlin"})
        return "written"

    async def both(database: Database) -> list[str]:
        order: list[str] = []
        with write(sqlite_engine):
            writing = asyncio.create_task(database.write(work))
            writing.add_done_callback(lambda _: order.append("written"))
            for _ in range(3):
                await asyncio.sleep(0)
                order.append("went on")
        await writing
        return order

    database = Database(sqlite_engine)
    try:
        assert asyncio.run(both(database)) == ["went on", "went on", "went on", "written"]
    finally:
        database.close()
