"""What answers say about a destination, in the database: who rests, who is tried, who is given up."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Row, event, select, update

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.outbox.breaker import GIVEN_UP
from firstwin.outbox.claim import Leased, fences
from firstwin.outbox.destinations import enable
from firstwin.outbox.give_back import give_back
from firstwin.outbox.hearing import FAILING_FOR
from firstwin.outbox.outcome import Outcome
from firstwin.outbox.settle import settle
from firstwin.outbox.states import State
from tests.outbox.given import (
    REPLAY,
    answered,
    deliveries,
    never_left,
    on_the_wire,
    passes,
    row_of,
    rows,
    sending,
    states,
    taken,
)

DOWN: dict[str, Any] = {"reason": "http_503"}


def place(engine: Engine, name: str = "crm") -> Row[Any]:
    with read(engine) as connection:
        return connection.execute(select(tables.destination).where(tables.destination.c.name == name)).one()


def broken(engine: Engine, *, waiting: int = 0) -> tuple[Leased, ...]:
    """Five failures in a row; so many other messages are due."""
    failing = sending(engine, 5)
    deliveries(engine, waiting)
    for leased in failing:
        answered(engine, leased, "retry", **DOWN)
    return failing


def probe_of(engine: Engine) -> Leased:
    """The rest is over, and the one message that may go is on the wire."""
    passes(engine, seconds=31)
    (leased,) = taken(engine)
    assert on_the_wire(engine, [leased]).sending == {leased.id}
    return leased


def test_five_failures_in_a_row_let_a_destination_rest_and_hold_what_is_due(engine: Engine) -> None:
    broken(engine, waiting=3)
    assert (place(engine).breaker, place(engine).open_for_s) == ("open", 30)
    assert taken(engine) == taken(engine, suspects=True) == ()
    assert states(engine) == {"retry_wait": 5, "held": 3}
    assert {row.reason for row in rows(engine, tables.delivery) if row.state == "held"} == {"destination_rests"}


def test_a_message_that_never_left_finds_nothing_out(engine: Engine) -> None:
    broken(engine, waiting=3)
    never_left(engine, probe_of(engine))
    assert place(engine).breaker == "half_open"
    passes(engine, seconds=6)
    assert len(taken(engine)) == 1  # another one finds out


def test_one_message_finds_out_and_the_others_follow_by_themselves(engine: Engine) -> None:
    broken(engine, waiting=3)
    leased = probe_of(engine)
    assert place(engine).breaker == "half_open"
    assert taken(engine) == ()
    answered(engine, leased, "accepted")
    assert (place(engine).breaker, place(engine).failures_in_row) == ("closed", 0)
    assert len(taken(engine)) == 7


def test_a_probe_that_fails_costs_no_attempt_and_doubles_the_rest(engine: Engine) -> None:
    broken(engine)
    for rest in (60, 120):
        passes(engine, seconds=rest)
        leased = probe_of(engine)
        answered(engine, leased, "retry", **DOWN)
        assert (place(engine).breaker, place(engine).open_for_s) == ("open", rest)
    assert {row.attempts for row in rows(engine, tables.delivery)} == {1}
    assert len(rows(engine, tables.attempt)) == 7


def test_what_was_on_its_way_when_it_opened_costs_no_attempt_and_closes_nothing(engine: Engine) -> None:
    *failing, late, lucky = sending(engine, 7)
    for leased in failing:
        answered(engine, leased, "retry", **DOWN)
    answered(engine, late, "retry", **DOWN)
    answered(engine, lucky, "accepted")
    assert row_of(engine, late.id).attempts == 0
    assert place(engine).breaker == "open"


def test_what_was_leased_before_it_opened_does_not_go_out(engine: Engine) -> None:
    deliveries(engine, 6)
    *failing, waiting = taken(engine)
    on_the_wire(engine, failing)
    for leased in failing:
        answered(engine, leased, "retry", **DOWN)
    assert on_the_wire(engine, [waiting]).sending == frozenset()
    assert (row_of(engine, waiting.id).state, row_of(engine, waiting.id).reason) == ("held", "destination_rests")


def test_a_probe_that_was_handed_back_or_lost_makes_room_for_the_next(engine: Engine) -> None:
    broken(engine, waiting=2)
    passes(engine, seconds=31)
    (first,) = taken(engine)
    with write(engine) as connection:
        give_back(connection, fences([first]))
    (second,) = taken(engine)
    assert second.fence > first.fence or second.id != first.id
    assert taken(engine) == ()


@pytest.mark.parametrize(
    ("kind", "more"),
    [("refused", {"reason": "http_400"}), ("retry", {"reason": "http_429", "free": True}), ("accepted", {})],
)
def test_whoever_answers_works(engine: Engine, kind: str, more: dict[str, Any]) -> None:
    """A single message that is refused, or one too many, is not the destination's fault."""
    for leased in sending(engine, 9):
        answered(engine, leased, kind, **more)
    assert (place(engine).breaker, place(engine).failures_in_row) == ("closed", 0)
    broken(engine)
    answered(engine, probe_of(engine), kind, **more)
    assert place(engine).breaker == "closed"


def test_silence_counts_as_a_failure(engine: Engine) -> None:
    for leased in sending(engine, 5):
        answered(engine, leased, "unknown", reason="no_answer")
    assert place(engine).breaker == "open"


def test_what_another_sender_did_in_its_place_says_nothing_about_it(engine: Engine) -> None:
    for leased in sending(engine, 6):
        answered(engine, leased, "retry", is_its_own=False, **DOWN)
    assert place(engine).failures_in_row == 0


def test_what_worked_before_the_first_failure_counts_too(engine: Engine) -> None:
    for leased in sending(engine, 10):
        answered(engine, leased, "accepted")
    for leased, kind in zip(sending(engine, 10), "rrrarrrarr", strict=True):
        answered(engine, leased, "accepted" if kind == "a" else "retry")
    assert place(engine).breaker == "closed"  # eight of twenty
    with write(engine) as connection:
        connection.execute(update(tables.destination).values(recent=None))
    passes(engine, minutes=6)
    assert place(engine).recent is None


def test_while_all_is_well_an_answer_writes_nothing_of_its_destination(engine: Engine) -> None:
    asked: list[str] = []
    leased = sending(engine, 3)
    event.listen(engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    answered(engine, leased[0], "accepted")
    assert not [each for each in asked if each.startswith(("UPDATE destination", "INSERT INTO destination"))]
    assert not [each for each in asked if "FROM destination" in each and "FROM delivery" not in each]


def test_a_person_lets_a_destination_go_on_at_once(engine: Engine) -> None:
    broken(engine, waiting=2)
    with write(engine) as connection:
        assert enable(connection, "crm")
        assert not enable(connection, "crm")
    assert len(taken(engine)) == 2


def test_five_days_of_nothing_but_failures_disable_it(engine: Engine) -> None:
    broken(engine, waiting=1)
    with write(engine) as connection:
        connection.execute(update(tables.destination).values(failures_in_row=9))
    passes(engine, seconds=GIVEN_UP.total_seconds() - 40)
    answered(engine, probe_of(engine), "retry", **DOWN)
    assert place(engine).disabled_at is None
    passes(engine, minutes=2)
    answered(engine, probe_of(engine), "retry", **DOWN)
    assert place(engine).disabled_why == FAILING_FOR
    passes(engine, hours=1)
    assert taken(engine) == ()


def test_one_message_too_many_is_said_of_all_that_go_there(engine: Engine) -> None:
    deliveries(engine, 2)
    first, second = taken(engine)
    on_the_wire(engine, [first])
    deliveries(engine, 1)
    answered(engine, first, "retry", reason="http_429", free=True, after=timedelta(seconds=90))
    assert on_the_wire(engine, [second]).sending == frozenset()
    assert row_of(engine, second.id).state == "scheduled"
    assert taken(engine) == ()
    passes(engine, seconds=91)
    assert len(taken(engine)) == 3


def test_nobody_makes_a_destination_wait_longer_than_an_hour_but_the_message_itself(engine: Engine) -> None:
    (leased,) = sending(engine)
    answered(engine, leased, "retry", reason="http_429", free=True, after=timedelta(days=3))
    (other,) = deliveries(engine)
    passes(engine, minutes=61)
    assert [each.id for each in taken(engine)] == [other]
    assert row_of(engine, leased.id).state == "retry_wait"


@pytest.mark.slow
def test_many_workers_at_once_let_one_probe_through(engine: Engine) -> None:
    broken(engine, waiting=30)
    for _ in range(5):
        passes(engine, minutes=20)
        probes = at_once(8, lambda: taken(engine))
        assert len(probes) == 1
        assert place(engine).breaker == "half_open"
        assert on_the_wire(engine, probes).sending == {probes[0].id}
        answered(engine, probes[0], "retry", **DOWN)


def at_once(count: int, work: Any) -> list[Leased]:
    found: list[Leased] = []
    begin = threading.Barrier(count)

    def run() -> None:
        begin.wait(10)
        found.extend(work())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


@pytest.mark.slow
def test_no_answer_is_lost_when_many_settle_at_once(engine: Engine) -> None:
    """Alternately failed and taken, so that none opens it: every failure stands in the row."""
    leased = sending(engine, 24)
    with write(engine) as connection:
        connection.execute(update(tables.destination).values(recent=[[0, 0, 1]]))
    answers = iter(leased)
    lock = threading.Lock()

    def work() -> tuple[Leased, ...]:
        for _ in range(3):
            with lock:
                one = next(answers)
            kind = "retry" if one.id % 4 == 0 else "accepted"
            with write(engine) as connection:
                settle(connection, REPLAY, [Outcome(one.id, one.fence, kind)], {}, lambda: 0.5)  # type: ignore[arg-type] # one of them
        return ()

    at_once(8, work)
    recent = place(engine).recent
    assert sum(failed for _, _, failed in recent) == sum(one.id % 4 == 0 for one in leased)
    assert states(engine)[State.DELIVERED] == sum(one.id % 4 != 0 for one in leased)
