"""Several who store at once: events of subjects that are known go side by side, what tells of subjects goes alone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import orjson
import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from firstwin.db import tables
from firstwin.db.bulk import append
from firstwin.db.engine import Collision, write
from firstwin.facts.batch import COLUMNS, Row
from firstwin.facts.ingest import Ingested, ingest
from tests.facts.messages import LATER, Body, day, group, identify, parsed, put, rows, track
from tests.worker.processes import eventually

OPENED, SAVED = track("opened", "ann", day(1)), track("saved", "bob", day(1))
TELLING = [
    pytest.param(identify("ann", day(2), plan="pro"), id="of a person"),
    pytest.param(group("ann", "acme", day(2), seats=3), id="of an account"),
    pytest.param(track("opened", "eve", day(2)), id="that somebody is there"),
    pytest.param(track("opened", "ann", day(2), account="apex"), id="who is in an account"),
    pytest.param(track("opened", "ann", day(-1)), id="that somebody was there earlier"),
]


@pytest.fixture
def known(postgres_engine: Engine) -> Engine:
    """A database that knows Ann and Bob, both at Acme."""
    put(postgres_engine, group("ann", "acme", day(0)), group("bob", "acme", day(0)))
    return postgres_engine


def store(connection: Connection, *bodies: Body) -> Ingested:
    return ingest(connection, parsed(bodies), received_at=LATER)


@contextmanager
def impatient(engine: Engine) -> Iterator[Connection]:
    """A transaction that fails where it would have to wait for another one."""
    with write(engine) as connection:
        connection.exec_driver_sql("SET LOCAL lock_timeout = 200")
        yield connection


def test_events_of_known_subjects_wait_for_nobody(known: Engine) -> None:
    """Those of one name would wait for each other in the end, to be counted."""
    with write(known) as first:
        assert store(first, OPENED).new == 1
        with impatient(known) as second:
            assert store(second, SAVED).new == 1
        assert [name for name, *_ in rows(known, "opened", "saved")] == ["saved"]
    assert [name for name, *_ in rows(known, "opened", "saved")] == ["opened", "saved"]


@pytest.mark.parametrize("telling", TELLING)
def test_what_tells_waits_for_events(known: Engine, telling: Body) -> None:
    with write(known) as first:
        store(first, SAVED)
        with pytest.raises(OperationalError, match="lock timeout"), impatient(known) as second:
            store(second, telling)
    put(known, telling)


@pytest.mark.parametrize("telling", TELLING)
def test_events_wait_for_what_tells(known: Engine, telling: Body) -> None:
    with write(known) as first:
        store(first, telling)
        with pytest.raises(OperationalError, match="lock timeout"), impatient(known) as second:
            store(second, SAVED)
    put(known, SAVED)


def test_a_message_that_two_bring_at_once_is_stored_once(known: Engine) -> None:
    with ThreadPoolExecutor(1) as pool:
        with write(known) as first:
            store(first, OPENED)
            second = pool.submit(put, known, OPENED, SAVED)
            assert eventually(lambda: waits(known))
        assert (second.result().new, second.result().repeated) == (1, 1)
    assert [name for name, *_ in rows(known, "opened", "saved")] == ["opened", "saved"]


def test_of_a_message_that_the_other_takes_back_the_second_counts(known: Engine) -> None:
    with ThreadPoolExecutor(1) as pool:
        with write(known) as first:
            store(first, OPENED)
            second = pool.submit(put, known, OPENED)
            assert eventually(lambda: waits(known))
            first.rollback()
        assert (second.result().new, second.result().repeated) == (1, 0)
    assert len(rows(known, "opened")) == 1


@pytest.mark.slow
def test_of_two_who_wait_for_each_other_one_begins_again(known: Engine) -> None:
    """Each has copied one row, and then brings that of the other: large ones, so that none waits in a buffer."""
    met = Barrier(2)

    def rows_of(*ids: str) -> Iterator[Row]:
        for id_ in ids:
            yield [
                id_,
                "acme",
                "ann",
                "opened",
                orjson.dumps({"text": "x" * 1_000_000}).decode(),
                None,
                1,
                1,
                1,
                "test",
            ]
            met.wait(60)

    def copy(*ids: str) -> str:
        try:
            with write(known) as connection:
                append(connection, tables.event, COLUMNS, rows_of(*ids))
        except Collision:
            return "collision"
        return "stored"

    with ThreadPoolExecutor(2) as pool:
        found = [pool.submit(copy, "a", "b"), pool.submit(copy, "b", "a")]
        assert sorted(each.result() for each in found) == ["collision", "stored"]
    assert len(rows(known, "opened")) == 2


@pytest.mark.slow
def test_two_who_bring_the_same_in_opposite_orders_both_get_through(known: Engine) -> None:
    messages = [track("opened", "ann", day(1), n=n) for n in range(2_000)]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda some: put(known, *some), [messages, messages[::-1]]))
    assert sorted((one.new, one.repeated) for one in done) == [(0, 2_000), (2_000, 0)]
    assert len(rows(known, "opened")) == 2_000


def test_nothing_is_told_twice_where_events_turn_out_to_tell(known: Engine) -> None:
    """All are known, so that they are begun side by side with others; that Ann is in Apex too has them begin again alone."""
    put(known, group("eve", "apex", day(0)))
    before = len(rows(known))
    done = put(known, OPENED, track("saved", "ann", day(2), account="apex"), SAVED)
    assert (done.new, done.repeated) == (3, 0)
    assert len(rows(known)) == before + done.facts
    assert {(name, account, person) for name, account, person, *_ in rows(known, "opened", "saved")} == {
        ("opened", "acme", "ann"),
        ("saved", "apex", "ann"),
        ("saved", "acme", "bob"),
    }


def waits(engine: Engine) -> bool:
    """Whether some transaction waits for a lock of another one."""
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar_one()
    return bool(found)
