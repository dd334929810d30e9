"""No destination waits for another: whatever hangs, fails or has a rate of its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import Engine, update

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.deliver.deliverer import Delivered, Deliverer
from firstwin.messages.message import Message
from firstwin.outbox.bucket import Flow
from firstwin.outbox.states import State
from firstwin.senders.contract import Accepted, Answer, Retry
from tests.deliver.given import Scripted, a_deliverer, companies
from tests.outbox.given import deliveries, force, rows, states

LONG = 30.0


class Hanging(Scripted):
    """Answers when it is let go."""

    slots: ClassVar[int] = 64

    def __init__(self) -> None:
        super().__init__()
        self.came = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gone = asyncio.Event()

    async def send(self, message: Message) -> Answer:
        self._loop = asyncio.get_running_loop()
        self.sent.append(message)
        self.came.set()
        await self._gone.wait()
        return Accepted()

    def let_go(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._gone.set)


class Counting(Scripted):
    """Tells when so many have come."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count, self.all_came = count, threading.Event()

    async def send(self, message: Message) -> Answer:
        answer = await super().send(message)
        if len(self.sent) >= self.count:
            self.all_came.set()
        return answer


class Paced(Scripted):
    """Takes ten a second, and remembers when."""

    slots: ClassVar[int] = 1
    group: ClassVar[int] = 1
    flow = Flow(rate=10, ordered=True)
    at: ClassVar[list[float]] = []

    async def send(self, message: Message) -> Answer:
        self.at.append(time.monotonic())
        return await super().send(message)


@contextmanager
def running(deliverer: Deliverer, for_seconds: float = LONG) -> Iterator[list[Delivered]]:
    told: list[Delivered] = []
    thread = threading.Thread(target=lambda: told.append(deliverer.run(for_seconds)))
    thread.start()
    try:
        yield told
    finally:
        thread.join(LONG)
        assert not thread.is_alive()


def test_what_hangs_keeps_no_fresh_message_of_another_waiting(engine: Engine, tmp_path: Path) -> None:
    """Also of one that comes while the round lasts, and is not rung for."""
    deliveries(engine, 70)
    companies(engine, range(72))
    crm, alerts = Hanging(), Counting(2)
    with running(a_deliverer(engine, tmp_path, {"crm": crm, "cs-slack": alerts})) as told:
        assert crm.came.wait(LONG)
        deliveries(engine, 2, channels=["alert"])
        assert alerts.all_came.wait(LONG)
        assert told == []
        crm.let_go()
    assert states(engine) == {"delivered": 72}


@pytest.mark.slow
def test_nor_when_the_rounds_time_is_up(engine: Engine, tmp_path: Path) -> None:
    """It stays open for the others; where it hangs, what has not begun is handed back."""
    deliveries(engine, 100)
    companies(engine, range(101))
    crm, alerts = Hanging(), Counting(1)
    with running(a_deliverer(engine, tmp_path, {"crm": crm, "cs-slack": alerts}), 1.5) as told:
        assert crm.came.wait(LONG)
        while "leased" in states(engine) or "scheduled" not in states(engine):
            assert told == []
        waiting = states(engine)["scheduled"]
        deliveries(engine, 1, channels=["alert"])
        assert alerts.all_came.wait(LONG)
        assert told == []
        crm.let_go()
    assert told == [Delivered({State.DELIVERED: 101 - waiting}, more=True)]


def test_a_ring_wakes_those_who_have_nothing_to_do(engine: Engine, tmp_path: Path) -> None:
    deliveries(engine, 1)
    companies(engine, range(2))
    crm, alerts = Hanging(), Counting(1)
    deliverer = a_deliverer(engine, tmp_path, {"crm": crm, "cs-slack": alerts})
    with running(deliverer) as told:
        assert crm.came.wait(LONG)
        deliveries(engine, 1, channels=["alert"])
        assert deliverer.run() == Delivered()
        assert alerts.all_came.wait(LONG)
        crm.let_go()
    assert told == [Delivered({State.DELIVERED: 2})]


def test_one_of_a_lost_worker_that_hangs_holds_up_nobody(engine: Engine, tmp_path: Path) -> None:
    (suspect,) = deliveries(engine, 1)
    deliveries(engine, 1, channels=["alert"])
    companies(engine, range(2))
    force(engine, suspect, lease_losses=1)
    crm, alerts = Hanging(), Counting(1)
    with running(a_deliverer(engine, tmp_path, {"crm": crm, "cs-slack": alerts})):
        assert crm.came.wait(LONG)
        assert alerts.all_came.wait(LONG)
        crm.let_go()
    assert states(engine) == {"delivered": 2}


def test_a_broken_destination_rests_and_the_others_go_on(engine: Engine, tmp_path: Path) -> None:
    deliveries(engine, 40)
    deliveries(engine, 10, channels=["alert"])
    companies(engine, range(50))
    crm, alerts = Scripted(lambda _: Retry("http_503")), Counting(10)
    a_deliverer(engine, tmp_path, {"crm": crm, "cs-slack": alerts}).run()
    assert len(crm.sent) <= 5 + crm.slots
    found = states(engine)
    assert found["delivered"] == 10
    assert found["retry_wait"] == len(crm.sent)
    assert found["held"] == 40 - len(crm.sent)


def test_two_workers_keep_a_rate_together_and_the_order_of_an_account(engine: Engine, tmp_path: Path) -> None:
    ids = deliveries(engine, 12, channels=["alert"])
    companies(engine, range(12))
    for id_ in ids:
        force(engine, id_, account_id=f"acme-{id_ % 3:04}")
    Paced.at.clear()
    both: list[Any] = [a_deliverer(engine, tmp_path / str(n), {"cs-slack": Paced()}) for n in range(2)]
    with running(both[0]), running(both[1]):
        pass
    finished(engine, both[0])
    assert states(engine) == {"delivered": 12}
    assert len(Paced.at) == 12
    assert max(Paced.at) - min(Paced.at) >= 1.0
    in_order = sorted(rows(engine, tables.attempt), key=lambda row: row.began_at)
    for account in range(3):
        of_it = [row.delivery_id for row in in_order if row.delivery_id % 3 == account]
        assert of_it == sorted(of_it)
    assert sum(later - earlier < 0.05 for earlier, later in pairwise(sorted(Paced.at))) <= 2


def finished(engine: Engine, deliverer: Deliverer) -> None:
    """Rounds follow each other as bells ring."""
    until = time.monotonic() + LONG
    while states(engine) != {"delivered": 12} and time.monotonic() < until:
        deliverer.run(LONG)


def test_a_message_whose_time_is_far_off_is_not_leased_meanwhile(engine: Engine, tmp_path: Path) -> None:
    deliveries(engine, 2, channels=["alert"])
    companies(engine, range(2))
    alerts = Paced()
    with write(engine) as connection:
        far = rows(engine, tables.delivery)[0].expires_at.replace(year=2099)
        connection.execute(update(tables.destination).values(next_free_at=far))
    a_deliverer(engine, tmp_path, {"cs-slack": alerts}).run(0.2)
    assert alerts.sent == []
    assert states(engine) == {"scheduled": 2}
