"""A worker takes what is due, under a lease, and shares no row with another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, event

from firstwin.db import tables
from firstwin.db.engine import clock, read, write
from firstwin.db.runs import set_clock
from firstwin.outbox.claim import LEASE, MOST_SUSPECTS, Leased
from firstwin.outbox.destinations import enable, pause_destination
from firstwin.outbox.pause import pause, resume
from firstwin.outbox.states import State
from tests.outbox.given import (
    NOON,
    REPLAY,
    a_rule,
    deliveries,
    force,
    passes,
    row_of,
    rows,
    state_of,
    states,
    taken,
)

YEAR = timedelta(days=365)


def test_a_lease_runs_for_a_minute_by_the_databases_clock(engine: Engine) -> None:
    (id_,) = deliveries(engine, channels=("email",), person="anna")
    with read(engine) as connection:
        before = clock(connection)
    (leased,) = taken(engine, "mail")
    row = row_of(engine, id_)
    assert (row.state, row.fence, row.leased_by, row.attempts) == ("leased", 1, "worker-1", 0)
    assert timedelta(0) <= row.lease_until - before - LEASE < timedelta(seconds=10)
    assert leased == Leased(
        id=id_,
        fence=1,
        key=row.key,
        nudge_id=row.nudge_id,
        rule="no-login",
        step="",
        start_id=row.start_id,
        account_id="acme-0000",
        person_id="anna",
        channel="email",
        template="first-login",
        message_class="marketing",
        destination="mail",
        address="acme-0000@example.com",
        possible_repeat=False,
        suspect=False,
    )


def test_only_what_is_due_by_the_runs_own_clock_is_claimed(engine: Engine) -> None:
    (now,) = deliveries(engine)
    (later,) = deliveries(engine, due_at=NOON + timedelta(hours=1))
    assert [each.id for each in taken(engine)] == [now]
    with write(engine) as connection:
        set_clock(connection, REPLAY, NOON + timedelta(hours=1))
    assert [each.id for each in taken(engine)] == [later]


def test_a_wait_runs_by_the_real_clock(engine: Engine) -> None:
    (id_,) = deliveries(engine)
    with read(engine) as connection:
        soon = clock(connection) + timedelta(minutes=5)
    force(engine, id_, state="retry_wait", retry_at=soon)
    assert taken(engine) == ()
    passes(engine, minutes=6)
    assert [each.id for each in taken(engine)] == [id_]


def test_another_run_and_another_destination_are_left_alone(engine: Engine) -> None:
    deliveries(engine, channels=("alert",))
    deliveries(engine, run=tables.LIVE, due_at=NOON - 9 * YEAR, expires_at=NOON + 99 * YEAR)
    assert taken(engine) == ()
    assert len(taken(engine, run=tables.LIVE)) == 1


def test_the_oldest_rule_and_step_comes_first_and_stays_together(engine: Engine) -> None:
    late = deliveries(engine, 2, rule=a_rule("late"), due_at=NOON - timedelta(hours=1))
    early = deliveries(engine, 2, rule=a_rule("early"), due_at=NOON - timedelta(hours=2))
    remind = deliveries(engine, 1, step="remind")
    found = taken(engine)
    assert [each.id for each in found] == [*early, *late, *remind]
    assert {each.id for each in found} == {*late, *early, *remind}


def test_a_claim_takes_no_more_than_it_asks_for(engine: Engine) -> None:
    ids = deliveries(engine, 5)
    first, second, none = (taken(engine, most=3) for _ in range(3))
    assert (len(first), len(second), none) == (3, 2, ())
    assert {each.id for each in (*first, *second)} == set(ids)  # due together, so in any order


def test_what_a_lost_worker_held_is_claimed_a_few_at_a_time_and_by_itself(engine: Engine) -> None:
    ids = deliveries(engine, MOST_SUSPECTS + 4)
    for id_ in ids[2:]:
        force(engine, id_, lease_losses=1)
    assert {each.id for each in taken(engine)} == set(ids[:2])
    first, second = taken(engine, suspects=True), taken(engine, suspects=True)
    assert (len(first), len(second)) == (MOST_SUSPECTS, 2)
    assert {each.id for each in (*first, *second)} == set(ids[2:])
    assert all(each.suspect for each in first)
    assert taken(engine, suspects=True) == ()


def test_what_two_lost_workers_held_is_claimed_alone_and_after_all_others(engine: Engine) -> None:
    first, second, once = deliveries(engine, 3)
    for id_, losses in ((first, 2), (second, 2), (once, 1)):
        force(engine, id_, lease_losses=losses)
    assert [each.id for each in taken(engine, suspects=True)] == [once]
    found = [[each.id for each in taken(engine, suspects=True)] for _ in range(3)]
    assert sorted(map(len, found)) == [0, 1, 1]
    assert {*found[0], *found[1]} == {first, second}


def test_what_comes_too_late_is_expired_on_the_way(engine: Engine) -> None:
    (stale,) = deliveries(engine, expires_at=NOON - timedelta(microseconds=1))
    (last_moment,) = deliveries(engine, expires_at=NOON)
    assert [each.id for each in taken(engine)] == [last_moment]
    assert (state_of(engine, stale), row_of(engine, stale).reason) == (State.EXPIRED, "expired")


def test_a_paused_rule_is_held_while_others_go_on(engine: Engine) -> None:
    (held,) = deliveries(engine)
    (free,) = deliveries(engine, rule=a_rule("another"))
    with write(engine) as connection:
        pause(connection, "no-login", who="ada", why=None, at=NOON)
    assert [each.id for each in taken(engine)] == [free]
    assert (row_of(engine, held).state, row_of(engine, held).reason) == ("held", "rule_paused")
    with write(engine) as connection:
        resume(connection, "no-login")
    assert [each.id for each in taken(engine)] == [held]


@pytest.mark.parametrize("reason", ["paused", "destination_paused"])
def test_nothing_is_claimed_while_everything_or_the_destination_is_paused(engine: Engine, reason: str) -> None:
    ids = deliveries(engine, 3)
    with write(engine) as connection:
        if reason == "paused":
            pause(connection, None, who="ada", why=None, at=NOON)
        else:
            pause_destination(connection, "crm", NOON)
    for _ in range(2):
        assert taken(engine) == ()
        assert {(row.state, row.reason) for row in rows(engine, tables.delivery)} == {("held", reason)}
    with write(engine) as connection:
        resume(connection, None)
        enable(connection, "crm")
    assert {each.id for each in taken(engine)} == set(ids)


def test_an_earlier_attempt_that_may_have_arrived_is_told(engine: Engine) -> None:
    (id_,) = deliveries(engine)
    force(engine, id_, fence=1, attempts=1, state="retry_wait")
    with write(engine) as connection:
        attempt = {"delivery_id": id_, "fence": 1, "began_at": NOON, "outcome": "unknown"}
        connection.execute(tables.attempt.insert().values(attempt))
    (leased,) = taken(engine)
    assert leased.possible_repeat


def test_two_workers_at_once_share_no_row(engine: Engine) -> None:
    ids = deliveries(engine, 120)
    together = Barrier(4)

    def work(worker: int) -> list[int]:
        together.wait()
        mine: list[int] = []
        while True:
            leased = taken(engine, worker=f"worker-{worker}", most=7)
            if not leased:
                return mine
            mine += [each.id for each in leased]

    with ThreadPoolExecutor(4) as pool:
        claimed = list(pool.map(work, range(4)))
    assert sorted(id_ for mine in claimed for id_ in mine) == ids
    assert states(engine) == {"leased": 120}


def test_a_claim_reads_the_index_of_what_waits_and_no_more(sqlite_engine: Engine) -> None:
    deliveries(sqlite_engine, 2)
    asked: list[tuple[str, tuple[Any, ...]]] = []

    def remember(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "ORDER BY delivery.due_at" in statement:
            asked.append((statement, parameters))

    event.listen(sqlite_engine, "before_cursor_execute", remember)
    assert len(taken(sqlite_engine)) == 2
    event.remove(sqlite_engine, "before_cursor_execute", remember)
    with read(sqlite_engine) as connection:
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", values).all() for one, values in asked]
    told = [" ".join(str(row[3]) for row in plan) for plan in plans]
    assert len(told) == 3
    assert all("USING INDEX ix_delivery_claimable" in plan and "TEMP B-TREE" not in plan for plan in told)
