"""What lost workers held comes back; what kills workers does not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.db.runs import set_clock
from firstwin.outbox.states import State
from firstwin.outbox.sweep import Swept, sweep
from tests.outbox.given import (
    NOON,
    REPLAY,
    deliveries,
    force,
    on_the_wire,
    passes,
    row_of,
    rows,
    sending,
    state_of,
    states,
    taken,
)


def swept(engine: Engine, **on_unknown: str) -> Swept:
    with write(engine) as connection:
        return sweep(connection, on_unknown, lambda: 0.5)  # type: ignore[arg-type] # retry or park


def test_a_lease_that_still_runs_is_left_alone(engine: Engine) -> None:
    deliveries(engine, 2)
    leased = taken(engine, most=1)
    on_the_wire(engine, leased)
    taken(engine)
    passes(engine, seconds=50)
    assert not swept(engine, crm="retry")
    assert states(engine) == {"leased": 1, "sending": 1}


def test_what_was_not_on_the_wire_is_free_again_and_costs_no_attempt(engine: Engine) -> None:
    (id_,) = deliveries(engine)
    taken(engine)
    passes(engine, seconds=61)
    assert swept(engine) == Swept(freed=1)
    row = row_of(engine, id_)
    assert (row.state, row.attempts, row.lease_losses, row.fence) == ("scheduled", 0, 1, 1)
    assert not swept(engine)


def test_after_three_lost_leases_it_is_taken_for_poison(engine: Engine) -> None:
    (id_,) = deliveries(engine)
    for loss in range(3):
        taken(engine, suspects=loss > 0)
        passes(engine, seconds=61)
        assert swept(engine) == (Swept(freed=1) if loss < 2 else Swept(poison=1))
    assert (row_of(engine, id_).state, row_of(engine, id_).reason) == ("dead", "poison")
    assert row_of(engine, id_).settled_at == NOON


def test_a_lease_that_was_lost_is_forgotten_once_its_message_got_to_the_wire(engine: Engine) -> None:
    (id_,) = deliveries(engine)
    force(engine, id_, lease_losses=2)
    on_the_wire(engine, taken(engine, suspects=True))
    assert row_of(engine, id_).lease_losses == 0


def test_what_was_on_the_wire_is_unknown_and_parked_or_tried_again(engine: Engine) -> None:
    (mail,) = sending(engine, channels=("email",))
    (hook,) = sending(engine, channels=("webhook",))
    passes(engine, seconds=61)
    assert swept(engine, mail="park", crm="retry") == Swept(unknown=2)
    assert (state_of(engine, mail.id), row_of(engine, mail.id).reason) == (State.UNKNOWN, "no_answer")
    assert (state_of(engine, hook.id), row_of(engine, hook.id).attempts) == (State.RETRY_WAIT, 1)
    assert [(a.outcome, a.reason) for a in rows(engine, tables.attempt)] == [("unknown", "no_answer")] * 2
    assert not swept(engine, mail="retry", crm="retry")


def test_what_comes_too_late_is_expired_even_where_nobody_serves_the_destination(engine: Engine) -> None:
    deliveries(engine, 2, expires_at=NOON + timedelta(hours=1))
    deliveries(engine, 1)
    deliveries(engine, 1, due_at=NOON + timedelta(days=9), expires_at=NOON + timedelta(days=10))
    assert not swept(engine)
    with write(engine) as connection:
        set_clock(connection, REPLAY, NOON + timedelta(hours=2))
    assert swept(engine) == Swept(expired=2)
    assert states(engine) == {"expired": 2, "scheduled": 2}


@pytest.mark.parametrize("count", [30])
def test_sweeps_at_once_take_each_row_once(engine: Engine, count: int) -> None:
    deliveries(engine, count)
    taken(engine)
    passes(engine, seconds=61)
    together = Barrier(3)

    def work(_: int) -> int:
        together.wait()
        return swept(engine).freed

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, range(3))) == count
    assert {row.lease_losses for row in rows(engine, tables.delivery)} == {1}
