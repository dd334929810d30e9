"""How many messages are out that nobody has noted as arrived: they come twice if the worker dies now."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import Engine, select

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.deliver.database import Database
from firstwin.deliver.deliverer import Delivered
from firstwin.deliver.round import AT_A_TIME, Round
from firstwin.deliver.settler import GROUP
from firstwin.messages.message import Message
from firstwin.outbox.limits import DEADLINE, LEASE
from firstwin.outbox.outcome import Outcome
from firstwin.outbox.states import State
from firstwin.senders.contract import Accepted, Answer
from tests.deliver.given import Scripted, a_deliverer, a_desk, companies
from tests.outbox.given import a_run, deliveries, passes, row_of, rows, states

pytestmark = pytest.mark.slow

LONG = 60  # seconds that are never used up: a round ends when nothing is left to do


class Fast(Scripted):
    """Answers at once, and looks how many that it has taken are not in the database by then."""

    slots: ClassVar[int] = 128
    group: ClassVar[int] = 64

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.most_unsettled = 0
        self._engine = engine

    async def send(self, message: Message) -> Answer:
        answer = await super().send(message)
        self.most_unsettled = max(self.most_unsettled, len(self.sent) - states(self._engine).get("delivered", 0))
        return answer


def test_where_answers_come_at_once_few_are_out_that_nobody_has_noted(engine: Engine, tmp_path: Path) -> None:
    deliveries(engine, 200)
    companies(engine, range(200))
    crm = Fast(engine)
    a_deliverer(engine, tmp_path, {"crm": crm}).run(LONG)
    assert states(engine) == {"delivered": 200}
    assert crm.most_unsettled <= GROUP + 2 * AT_A_TIME


class Meanwhile(Fast):
    """Somebody else holds the deliveries from its first message on, until no more come."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.holder = threading.Thread(target=self._hold)
        self._is_held = threading.Event()

    async def send(self, message: Message) -> Answer:
        if self.holder.ident is None:
            self.holder.start()
            assert self._is_held.wait(LONG)  # and nothing else begins before
        return await super().send(message)

    def _hold(self) -> None:
        with write(self._engine) as connection:
            connection.execute(select(tables.delivery.c.id).order_by(tables.delivery.c.id).with_for_update())
            self._is_held.set()
            before = -1
            while before < len(self.sent):
                before = len(self.sent)
                time.sleep(0.5)


def test_while_answers_cannot_be_noted_nothing_more_is_sent(engine: Engine, tmp_path: Path) -> None:
    deliveries(engine, 200)
    companies(engine, range(200))
    crm = Meanwhile(engine)
    a_deliverer(engine, tmp_path, {"crm": crm}).run(LONG)
    crm.holder.join()
    assert states(engine) == {"delivered": 200}
    assert crm.most_unsettled <= GROUP + 2 * AT_A_TIME


class Patient(Scripted):
    """Answers when all its slots are taken."""

    slots: ClassVar[int] = 100
    group: ClassVar[int] = 50

    def __init__(self) -> None:
        super().__init__()
        self._are_all_there = asyncio.Event()

    async def send(self, message: Message) -> Answer:
        if len(self.sent) + 1 == self.slots:
            self._are_all_there.set()
        self.sent.append(message)
        await self._are_all_there.wait()
        return Accepted()


def test_a_sender_may_have_more_on_the_wire_than_a_process_usually_has(engine: Engine, tmp_path: Path) -> None:
    deliveries(engine, 120)
    companies(engine, range(120))
    crm = Patient()
    assert a_deliverer(engine, tmp_path, {"crm": crm}).run(LONG) == Delivered({State.DELIVERED: 120})
    assert len(crm.sent) == 120


def test_what_would_be_answered_after_its_lease_is_not_begun(engine: Engine, tmp_path: Path) -> None:
    """Another worker may have taken it by then. It is certain that it has not left, so it costs no attempt."""
    (id_,) = deliveries(engine)
    companies(engine, [0])
    crm = Scripted()
    deliverer = a_deliverer(engine, tmp_path, {"crm": crm})
    assert deliverer.run(LONG, drain=LEASE + 1) == Delivered({State.RETRY_WAIT: 1})
    assert crm.sent == []
    assert (row_of(engine, id_).attempts, row_of(engine, id_).reason) == (0, "not_begun")
    passes(engine, seconds=6)
    assert deliverer.run(LONG) == Delivered({State.DELIVERED: 1})


class Stopping(Meanwhile):
    """While the deliveries are held the worker is told to stop."""

    stop: Callable[[], None]

    def _hold(self) -> None:
        super()._hold()
        self.stop()


def test_what_has_not_begun_when_the_worker_is_told_to_stop_does_not_begin(engine: Engine, tmp_path: Path) -> None:
    deliveries(engine, 200)
    companies(engine, range(200))
    crm = Stopping(engine)
    deliverer = a_deliverer(engine, tmp_path, {"crm": crm})
    crm.stop = deliverer.stop
    deliverer.run(LONG)
    crm.holder.join()
    assert len(crm.sent) <= GROUP + 2 * AT_A_TIME
    found = rows(engine, tables.delivery)
    assert states(engine)["delivered"] == len(crm.sent)
    assert {row.reason for row in found if row.state == "retry_wait"} <= {"not_begun"}
    assert {row.attempts for row in found if row.state != "delivered"} == {0}
    assert {row.state for row in found} <= {"delivered", "retry_wait", "scheduled"}


def test_what_is_on_its_way_to_the_wire_when_time_is_up_begins(engine: Engine, tmp_path: Path) -> None:
    """Else it would wait as after an attempt, in every round of a busy worker."""
    deliveries(engine, 400)
    companies(engine, range(400))
    deliverer = a_deliverer(engine, tmp_path, {"crm": Scripted()})
    while states(engine).keys() & {"scheduled", "leased"}:
        deliverer.run(0.05)
    assert states(engine) == {"delivered": 400}


NOTHING_ENDS = {
    "sqlite": ["CREATE TRIGGER nothing_ends BEFORE UPDATE ON attempt BEGIN SELECT RAISE(ABORT, 'full'); END"],
    "postgresql": [
        "CREATE FUNCTION nothing_ends() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$",
        "CREATE TRIGGER nothing_ends BEFORE UPDATE ON attempt FOR EACH ROW EXECUTE FUNCTION nothing_ends()",
    ],
}
AGAIN = {"sqlite": "DROP TRIGGER nothing_ends", "postgresql": "DROP FUNCTION nothing_ends CASCADE"}


@contextmanager
def no_answer_taken(engine: Engine) -> Iterator[None]:
    """The database refuses to note how attempts ended."""
    with write(engine) as connection:
        for statement in NOTHING_ENDS[engine.dialect.name]:
            connection.exec_driver_sql(statement)
    try:
        yield
    finally:
        with write(engine) as connection:
            connection.exec_driver_sql(AGAIN[engine.dialect.name])


def test_where_the_database_takes_no_answers_nothing_more_is_sent(engine: Engine, tmp_path: Path) -> None:
    """And the worker does not begin again at once, but when it is rung."""
    deliveries(engine, 200)
    companies(engine, range(200))
    crm = Fast(engine)
    with no_answer_taken(engine):
        assert a_deliverer(engine, tmp_path, {"crm": crm}).run(LONG) == Delivered()
    assert 0 < len(crm.sent) <= GROUP + 2 * AT_A_TIME


def test_few_or_many_wait_alike_until_answers_are_noted(engine: Engine, tmp_path: Path) -> None:
    begun: list[str] = []

    async def message() -> None:
        begun.append("crm")

    async def work() -> None:
        database = Database(engine)
        round_ = Round(a_desk(engine, tmp_path, {"crm": Scripted()}), database, DEADLINE)
        answers = [round_.settler.settle(Outcome(n, 1, "accepted")) for n in range(GROUP)]  # of nobody any more
        answered = asyncio.gather(*answers)
        sending = asyncio.create_task(round_.send("crm", [message()]))
        await asyncio.sleep(0.05)
        assert begun == []
        settling = asyncio.create_task(round_.settler.run())
        await asyncio.wait_for(sending, LONG)
        await answered
        await round_.wait_for_the_wire()
        assert begun == ["crm"]
        settling.cancel()
        database.close()

    a_run(engine)
    asyncio.run(work())
