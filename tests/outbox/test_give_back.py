"""What a worker does not take to the wire."""

from __future__ import annotations

from sqlalchemy import Engine

from firstwin.db.engine import write
from firstwin.decide.value import Reason
from firstwin.outbox.claim import fences
from firstwin.outbox.give_back import end, give_back
from firstwin.outbox.judge import Verdict
from firstwin.outbox.states import State
from firstwin.outbox.sweep import sweep
from tests.outbox.given import NOON, REPLAY, deliveries, on_the_wire, passes, row_of, states, taken

BROKEN = Verdict(State.DEAD, Reason.RENDER_ERROR)


def test_what_is_handed_back_can_be_claimed_at_once_and_costs_nothing(engine: Engine) -> None:
    ids = deliveries(engine, 3)
    leased = taken(engine)
    with write(engine) as connection:
        assert give_back(connection, fences(leased)) == 3
    row = row_of(engine, ids[0])
    assert (row.state, row.lease_losses, row.attempts, row.lease_until) == ("scheduled", 0, 0, None)
    assert [each.fence for each in taken(engine)] == [2, 2, 2]


def test_what_cannot_be_made_into_a_message_is_dead(engine: Engine) -> None:
    ids = deliveries(engine, 2)
    leased = taken(engine)
    with write(engine) as connection:
        assert end(connection, REPLAY, fences(leased), {ids[0]: BROKEN}) == 1
    row = row_of(engine, ids[0])
    assert (row.state, row.reason, row.settled_at) == ("dead", "render_error", NOON)
    assert states(engine) == {"dead": 1, "leased": 1}


def test_neither_is_done_to_what_another_worker_has(engine: Engine) -> None:
    deliveries(engine)
    late = taken(engine)
    passes(engine, seconds=61)
    with write(engine) as connection:
        sweep(connection, {}, lambda: 0.5)
    newer = taken(engine, suspects=True)
    on_the_wire(engine, newer)
    with write(engine) as connection:
        assert give_back(connection, fences(late)) == 0
        assert end(connection, REPLAY, fences(late), {late[0].id: BROKEN}) == 0
    assert states(engine) == {"sending": 1}
