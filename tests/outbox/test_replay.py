"""A person sends again what ended without a message."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, update

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.outbox.replay import replay
from firstwin.outbox.states import REPLAYABLE, State
from tests.outbox.given import (
    NOON,
    answered,
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


def replayed(engine: Engine, ids: list[int], who: str = "ada") -> list[int]:
    with write(engine) as connection:
        return replay(connection, ids, who=who, why="the CRM was down")


@pytest.mark.parametrize("state", list(State))
def test_only_what_ended_without_a_message_is_sent_again(engine: Engine, state: State) -> None:
    (id_,) = deliveries(engine)
    force(engine, id_, state=state.value)
    assert replayed(engine, [id_]) == ([id_] if state in REPLAYABLE else [])
    assert state_of(engine, id_) is (State.SCHEDULED if state in REPLAYABLE else state)


def test_a_replay_keeps_the_key_and_begins_with_all_attempts(engine: Engine) -> None:
    (leased,) = sending(engine)
    answered(engine, leased, "refused", reason="http_404")
    replayed(engine, [leased.id])
    (request,) = rows(engine, tables.replay)
    assert (request.from_state, request.who, request.why) == ("dead", "ada", "the CRM was down")
    (again,) = taken(engine)
    assert (again.key, again.fence, row_of(engine, again.id).attempts) == (leased.key, 2, 0)
    on_the_wire(engine, [again])
    answered(engine, again, "accepted")
    assert [a.outcome for a in rows(engine, tables.attempt)] == ["refused", "accepted"]


def test_what_expired_gets_another_day(engine: Engine) -> None:
    (id_,) = deliveries(engine, expires_at=NOON - timedelta(hours=1))
    assert taken(engine) == ()
    assert state_of(engine, id_) is State.EXPIRED
    replayed(engine, [id_])
    assert row_of(engine, id_).expires_at == NOON + timedelta(hours=24)
    assert len(taken(engine)) == 1


def test_what_killed_its_workers_is_claimed_alone_again(engine: Engine) -> None:
    (id_,) = deliveries(engine)
    force(engine, id_, state="dead", reason="poison", lease_losses=3)
    replayed(engine, [id_])
    assert taken(engine) == ()
    assert len(taken(engine, suspects=True)) == 1


@pytest.mark.slow
def test_a_thousand_dead_replayed_twice_at_once_go_out_once_each(engine: Engine) -> None:
    ids = deliveries(engine, 1000)
    with write(engine) as connection:
        connection.execute(update(tables.delivery).values(state="dead"))
    together = Barrier(2)

    def work(who: str) -> list[int]:
        together.wait()
        return replayed(engine, ids, who)

    with ThreadPoolExecutor(2) as pool:
        done = [id_ for mine in pool.map(work, ["ada", "ben"]) for id_ in mine]
    assert sorted(done) == ids
    assert len(rows(engine, tables.replay)) == 1000
    assert states(engine) == {"scheduled": 1000}


def test_an_acceptance_after_a_replay_was_asked_for_is_only_noted(engine: Engine) -> None:
    (leased,) = sending(engine)
    answered(engine, leased, "unknown")
    replayed(engine, [leased.id])
    assert answered(engine, leased, "accepted").late == 1
    assert state_of(engine, leased.id) is State.SCHEDULED
    passes(engine, seconds=1)
    (again,) = taken(engine)
    assert again.possible_repeat
