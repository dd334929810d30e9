from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, update

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.db.runs import Run, set_clock
from firstwin.tools.due import due_rules, runs_with_deliveries, unsent
from tests.outbox.given import NOON, REPLAY, a_run, answered, deliveries, sending, taken

ALL = frozenset({"crm", "mail", "cs-slack"})


def runs(engine: Engine) -> list[str]:
    with read(engine) as connection:
        return [run.id for run in runs_with_deliveries(connection)]


def left(engine: Engine, run: Run, destinations: frozenset[str] = ALL) -> int:
    with read(engine) as connection:
        return unsent(connection, run, destinations)


def change(engine: Engine, **values: object) -> None:
    with write(engine) as connection:
        connection.execute(update(tables.delivery).values(**values))


@pytest.mark.parametrize(("last_slot", "is_due"), [(None, True), (NOON - timedelta(minutes=1), True), (NOON, False)])
def test_a_rule_is_due_until_it_has_done_the_slot(engine: Engine, last_slot: object, is_due: bool) -> None:
    with write(engine) as connection:
        row = {"run": "live", "id": "no-login", "version": "v1", "active_from": NOON, "last_slot": last_slot}
        connection.execute(insert(tables.rule).values(**row))
        assert (due_rules(connection, "live", NOON) == {"no-login"}) is is_due


def test_a_run_has_work_when_a_delivery_is_due_by_its_clock(engine: Engine) -> None:
    deliveries(engine, due_at=NOON + timedelta(hours=1))
    assert runs(engine) == []
    with write(engine) as connection:
        set_clock(connection, REPLAY, NOON + timedelta(hours=1))
    assert runs(engine) == [REPLAY]


def test_a_delivery_that_waits_for_its_next_attempt_is_no_work_yet(engine: Engine) -> None:
    (leased,) = sending(engine)
    answered(engine, leased, "retry", reason="busy")
    assert runs(engine) == []
    assert left(engine, a_run(engine)) == 1


def test_what_is_held_or_goes_nowhere_is_not_waited_for(engine: Engine) -> None:
    deliveries(engine)
    run = a_run(engine)
    assert left(engine, run) == 1
    assert left(engine, run, frozenset({"mail"})) == 0
    change(engine, state="held")
    assert left(engine, run) == 0


def test_what_another_worker_has_in_hand_is_waited_for(engine: Engine) -> None:
    deliveries(engine)
    taken(engine)
    assert left(engine, a_run(engine)) == 1
    assert runs(engine) == []


def test_what_arrived_is_done(engine: Engine) -> None:
    (leased,) = sending(engine)
    answered(engine, leased, "accepted")
    assert left(engine, a_run(engine)) == 0
