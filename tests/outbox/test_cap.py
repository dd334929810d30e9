"""No more messages a day than the project allows, to the last one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.db.runs import set_clock
from firstwin.outbox.claim import claim, fences
from firstwin.outbox.restraint import Restraint
from firstwin.outbox.wire import wire
from tests.outbox.given import (
    ADDRESSES,
    NOON,
    REPLAY,
    answered,
    deliveries,
    on_the_wire,
    open_gates,
    passes,
    row_of,
    rows,
    states,
    taken,
)

MIDNIGHT = NOON + timedelta(hours=12)


def test_beyond_the_cap_messages_wait_for_the_next_day(engine: Engine) -> None:
    ids = deliveries(engine, 5)
    assert on_the_wire(engine, taken(engine), daily_cap=3).sending == set(ids[:3])
    held = row_of(engine, ids[3])
    assert (held.state, held.reason, held.due_at) == ("held", "daily_cap", MIDNIGHT)
    assert taken(engine) == ()
    with write(engine) as connection:
        set_clock(connection, REPLAY, MIDNIGHT)
    assert on_the_wire(engine, taken(engine), daily_cap=3).sending == set(ids[3:])
    assert {(row.day.day, row.sent) for row in rows(engine, tables.day_count)} == {(2, 3), (3, 2)}


def test_a_further_attempt_is_not_counted_again(engine: Engine) -> None:
    first, second = deliveries(engine, 2)
    leased = taken(engine)
    on_the_wire(engine, leased[:1], daily_cap=1)
    answered(engine, leased[0], "retry", reason="http_503")
    passes(engine, seconds=10)
    assert on_the_wire(engine, [*taken(engine), leased[1]], daily_cap=1).sending == {first}
    assert row_of(engine, second).reason == "daily_cap"
    assert [row.sent for row in rows(engine, tables.day_count)] == [1]


def test_the_cap_is_exact_however_many_work_at_once(engine: Engine) -> None:
    deliveries(engine, 60)
    together = Barrier(4)

    def work(worker: int) -> int:
        together.wait()
        sent = 0
        while True:
            with write(engine) as connection:
                leased = claim(connection, REPLAY, "crm", f"worker-{worker}", most=5)
            if not leased:
                return sent
            with write(engine) as connection:
                sent += len(
                    wire(connection, REPLAY, fences(leased), open_gates, ADDRESSES, Restraint(daily_cap=33)).sending
                )

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 33
    assert states(engine) == {"sending": 33, "held": 27}
    assert [row.sent for row in rows(engine, tables.day_count)] == [33]
