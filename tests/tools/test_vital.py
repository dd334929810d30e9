"""Health asks little: the same answer as `status` gives, from indexes and small tables alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, insert, text

from firstwin.db import tables
from firstwin.db.engine import clock, read, write
from firstwin.outbox.pause import pause
from firstwin.tools.heart import beat_heart
from firstwin.tools.status import status
from firstwin.tools.vital import Vital, vital
from tests.outbox.given import NOON, REPLAY, a_run, answered, deliveries, sending
from tests.tools.test_status import a_rule_row

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)
SMALL = {"rule", "pause", "heartbeat", "destination", "run"}  # a row for each rule, process, sender, replay


@pytest.fixture
def lived(engine: Engine) -> Engine:
    """Something of everything that health looks at."""
    a_run(engine)
    a_rule_row(engine)
    a_rule_row(engine, id="broken", error="it cannot be matched", last_slot=None)
    a_rule_row(engine, id="held", held_since=NOON, held_why="no logged_in has come in")
    (late,) = sending(engine, due_at=NOON - timedelta(hours=1))
    answered(engine, late, "retry", reason="http_503")
    deliveries(engine, 30, due_at=NOON - 20 * MINUTE, expires_at=NOON + timedelta(days=3))
    with write(engine) as connection:
        beat_heart(connection, "w1", "worker")
        pause(connection, "held", who="firstwin", why="it would nudge 400 within a day", at=NOON)
        connection.execute(insert(tables.destination).values(name="closed", paused_at=clock(connection)))
    return engine


@contextmanager
def remembered(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    asked: list[tuple[str, Any]] = []

    def remember(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", remember)
    yield asked
    event.remove(engine, "before_cursor_execute", remember)


def signs(engine: Engine) -> Vital:
    with read(engine) as connection:
        return vital(connection, REPLAY)


def test_it_tells_what_status_tells(lived: Engine) -> None:
    now = signs(lived)
    with read(lived) as connection:
        all_of_it = status(connection, REPLAY)
    assert now.waits == all_of_it.waits == 20 * MINUTE
    assert now.stopped == all_of_it.stopped != ()
    assert len(now.rules) == 3
    assert [vars(one) for one in now.rules] == [
        {name: getattr(one, name) for name in ("id", "lag", "error", "held", "tripped")} for one in all_of_it.rules
    ]
    assert [(heart.who, heart.kind) for heart in now.hearts] == [("w1", "worker")]


def test_it_counts_nothing_and_reads_large_tables_by_index_alone(lived: Engine) -> None:
    with remembered(lived) as asked:
        signs(lived)
    assert 0 < len(asked) < 15
    assert [statement for statement, _ in asked if "count(" in statement.lower()] == []
    large = [(statement, values) for statement, values in asked if " delivery" in statement]
    assert len(large) >= 3
    mentioned = {name for name in tables.metadata.tables for statement, _ in asked if f"FROM {name}" in statement}
    assert mentioned <= SMALL | {"delivery"}
    with read(lived) as connection:
        if lived.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # a table of 30 rows is read whole else
        plans = [plan(connection, statement, values) for statement, values in large]
    assert [one for one in plans if "ix_delivery_claimable" not in one or "TEMP B-TREE" in one or "Sort" in one] == []


def plan(connection: Connection, statement: str, values: Any) -> str:
    prefix = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    return "\n".join(str(row) for row in connection.exec_driver_sql(f"{prefix} {statement}", values))


def test_what_is_due_first_is_found_among_all_destinations(engine: Engine) -> None:
    a_run(engine)
    expires = NOON + timedelta(days=3)
    deliveries(engine, 2, channels=("webhook", "email", "alert"), due_at=NOON - 2 * MINUTE, expires_at=expires)
    with write(engine) as connection:
        latest = tables.delivery.c.destination == "cs-slack"
        changed = tables.delivery.update().where(latest).values(due_at=NOON - 7 * MINUTE)
        assert connection.execute(changed).rowcount
    assert signs(engine).waits == 7 * MINUTE
