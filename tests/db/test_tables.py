"""What the tables themselves hold to, whatever the program does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, inspect, select
from sqlalchemy.exc import IntegrityError

from firstwin.db import tables
from firstwin.db.engine import write

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def put_event(connection: Connection, **more: Any) -> None:
    told = {"name": "logged_in", "props": {}, "occurred_at": NOW, "received_at": NOW, "known_at": NOW}
    connection.execute(insert(tables.event).values(told | more))


def put_start(connection: Connection, **more: Any) -> None:
    told = {
        "run": "live",
        "rule": "r",
        "subject": "a1",
        "key": "k",
        "rule_version": "v",
        "state": "open",
        "props": {},
        "at": NOW,
        "ends_at": NOW,
        "seen_at": NOW,
    }
    connection.execute(insert(tables.start).values(told | more))


def test_a_message_is_kept_once(engine: Engine) -> None:
    with write(engine) as connection:
        put_event(connection, id="m1")
    with pytest.raises(IntegrityError), write(engine) as connection:
        put_event(connection, id="m1")


def test_facts_without_a_message_of_their_own_are_all_kept(engine: Engine) -> None:
    with write(engine) as connection:
        put_event(connection)
        put_event(connection)
        assert list(connection.scalars(select(tables.event.c.seq))) == [1, 2]


def test_sequence_numbers_are_never_given_twice(engine: Engine) -> None:
    """A tick remembers the highest that it saw."""
    with write(engine) as connection:
        put_event(connection)
        connection.execute(tables.event.delete())
        put_event(connection)
        assert list(connection.scalars(select(tables.event.c.seq))) == [2]


def test_facts_of_one_transaction_carry_its_number(postgres_engine: Engine) -> None:
    for _ in range(2):
        with write(postgres_engine) as connection:
            put_event(connection)
            put_event(connection)
    with write(postgres_engine) as connection:
        numbers = list(connection.scalars(select(tables.event.c.tx).order_by(tables.event.c.seq)))
    first, second, third, fourth = (int(number) for number in numbers)
    assert first == second < third == fourth


def test_facts_can_be_found_by_their_transaction(postgres_engine: Engine) -> None:
    indexes = [index["column_names"] for index in inspect(postgres_engine).get_indexes("event")]
    assert ["tx"] in indexes


def test_one_first_nudge_for_each_again_key(engine: Engine) -> None:
    with write(engine) as connection:
        put_start(connection, key="k1", again_key=None)
        put_start(connection, key="k2", again_key=None)
        put_start(connection, key="k3", again_key="never")
    with pytest.raises(IntegrityError), write(engine) as connection:
        put_start(connection, key="k4", again_key="never")


def test_a_start_is_kept_once_in_each_run(engine: Engine) -> None:
    with write(engine) as connection:
        put_start(connection)
        put_start(connection, run="replay-1")
    with pytest.raises(IntegrityError), write(engine) as connection:
        put_start(connection)


def test_one_episode_is_open_at_a_time(engine: Engine) -> None:
    told = {"run": "live", "rule": "r", "subject": "a1", "noted": False}
    with write(engine) as connection:
        connection.execute(insert(tables.episode).values(told | {"since": NOW, "until": NOW}))
        connection.execute(insert(tables.episode).values(told | {"since": NOW.replace(hour=13)}))
    with pytest.raises(IntegrityError), write(engine) as connection:
        connection.execute(insert(tables.episode).values(told | {"since": NOW.replace(hour=14)}))


def test_a_step_goes_with_its_start(engine: Engine) -> None:
    with write(engine) as connection:
        put_start(connection)
        start_id = connection.scalars(select(tables.start.c.id)).one()
        step = {"start_id": start_id, "step": "1", "run": "live", "rule": "r", "due_at": NOW, "state": "waiting"}
        connection.execute(insert(tables.step_due).values(step))
        connection.execute(tables.start.delete())
        assert connection.execute(select(tables.step_due)).all() == []
