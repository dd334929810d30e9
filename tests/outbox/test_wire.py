"""Leased deliveries go to the wire with an attempt each, committed before anything is sent."""

from __future__ import annotations

from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import clock, read, write
from firstwin.outbox.claim import LEASE
from firstwin.outbox.sweep import sweep
from tests.outbox.given import NOON, deliveries, force, on_the_wire, passes, row_of, rows, states, taken


def test_a_delivery_on_the_wire_has_its_attempt_and_a_full_lease(engine: Engine) -> None:
    (id_,) = deliveries(engine)
    leased = taken(engine)
    force(engine, id_, reason="rule_paused", lease_losses=1)
    passes(engine, seconds=30)
    with read(engine) as connection:
        before = clock(connection)
    assert on_the_wire(engine, leased).sending == {id_}
    row = row_of(engine, id_)
    assert (row.state, row.reason, row.attempts, row.fence, row.lease_losses) == ("sending", None, 1, 1, 0)
    assert row.lease_until >= before + LEASE
    assert row.sent_day == NOON.date()
    (attempt,) = rows(engine, tables.attempt)
    assert (attempt.delivery_id, attempt.fence, attempt.outcome, attempt.ended_at) == (id_, 1, None, None)


def test_a_late_worker_cannot_take_to_the_wire_what_another_has(engine: Engine) -> None:
    (id_,) = deliveries(engine)
    late = taken(engine)
    passes(engine, seconds=61)
    with write(engine) as connection:
        assert sweep(connection, {}, lambda: 0.5).freed == 1
    (again,) = taken(engine, suspects=True)
    assert again.fence == 2
    assert on_the_wire(engine, late).sending == frozenset()
    assert rows(engine, tables.attempt) == []
    assert on_the_wire(engine, [again]).sending == {id_}
    assert on_the_wire(engine, late).sending == frozenset()


def test_a_commit_whose_answer_was_lost_may_be_repeated(engine: Engine) -> None:
    deliveries(engine, 2)
    leased = taken(engine)
    first = on_the_wire(engine, leased)
    assert on_the_wire(engine, leased) == first
    assert len(rows(engine, tables.attempt)) == 2
    assert [row.sent for row in rows(engine, tables.day_count)] == [2]
    assert {row.attempts for row in rows(engine, tables.delivery)} == {1}


def test_nothing_to_send_is_fine(engine: Engine) -> None:
    deliveries(engine)
    assert on_the_wire(engine, ()).sending == frozenset()
    assert states(engine) == {"scheduled": 1}
