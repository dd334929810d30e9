"""How many messages are out that nobody has noted as arrived: they come twice if the worker dies now."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import Engine, select

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.deliver import post
from firstwin.deliver.deliverer import Delivered
from firstwin.deliver.round import AT_A_TIME
from firstwin.deliver.settler import GROUP
from firstwin.messages.message import Message
from firstwin.outbox.limits import DEADLINE
from firstwin.outbox.states import State
from firstwin.senders.contract import Accepted, Answer
from tests.deliver.given import Scripted, a_deliverer, companies
from tests.outbox.given import deliveries, passes, row_of, rows, states

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
            connection.execute(select(tables.delivery.c.id).with_for_update())
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


def test_what_would_be_answered_after_its_lease_is_not_begun(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker may have taken it by then. It is certain that it has not left, so it costs no attempt."""
    (id_,) = deliveries(engine)
    companies(engine, [0])
    crm = Scripted()
    deliverer = a_deliverer(engine, tmp_path, {"crm": crm})
    with monkeypatch.context() as changed:
        changed.setattr(post, "LEASE", DEADLINE - 1)
        assert deliverer.run() == Delivered({State.RETRY_WAIT: 1})
    assert crm.sent == []
    assert (row_of(engine, id_).attempts, row_of(engine, id_).reason) == (0, "lease_over")
    assert [row.breaker for row in rows(engine, tables.destination) if row.recent or row.breaker != "closed"] == []
    passes(engine, minutes=5)
    assert deliverer.run() == Delivered({State.DELIVERED: 1})
