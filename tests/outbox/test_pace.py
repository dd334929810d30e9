"""The rate of a destination at the wire: all processes together keep it."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.outbox.claim import fences
from firstwin.outbox.restraint import Restraint
from firstwin.outbox.wire import Paced, wire
from tests.outbox.given import ADDRESSES, REPLAY, deliveries, on_the_wire, open_gates, passes, rows, taken

ONCE_A_SECOND = Paced("crm", 1)


def test_one_goes_and_the_others_are_told_how_long_to_wait(engine: Engine) -> None:
    first, *others = deliveries(engine, 3)
    leased = taken(engine)
    wired = on_the_wire(engine, leased, paced=ONCE_A_SECOND)
    assert (wired.sending, wired.later, wired.wait) == (frozenset({first}), frozenset(others), timedelta(seconds=1))
    again = on_the_wire(engine, leased, paced=ONCE_A_SECOND)
    assert (again.sending, again.later) == (frozenset({first}), frozenset(others))
    assert timedelta() < again.wait <= timedelta(seconds=1)
    passes(engine, seconds=1)
    assert on_the_wire(engine, leased[1:], paced=ONCE_A_SECOND).sending == {others[0]}


def test_it_is_the_rate_of_whoever_carries_it(engine: Engine) -> None:
    """On a staging system all goes by one sender, wherever it was meant for."""
    deliveries(engine, 1)
    on_the_wire(engine, taken(engine), paced=Paced("cs-slack", 1))
    deliveries(engine, 1, channels=["alert"])
    assert on_the_wire(engine, taken(engine, "cs-slack"), paced=Paced("cs-slack", 1)).sending == frozenset()


@pytest.mark.slow
def test_many_workers_at_once_keep_it_together(engine: Engine) -> None:
    deliveries(engine, 24)
    shares = [taken(engine, most=4) for _ in range(6)]
    begin = threading.Barrier(6)

    def work(number: int) -> None:
        left, pause = fences(shares[number]), threading.Event()
        begin.wait(10)
        while left:
            with write(engine) as connection:
                wired = wire(connection, REPLAY, left, open_gates, ADDRESSES, Restraint(), Paced("crm", 10))
            left = {id_: left[id_] for id_ in wired.later}
            pause.wait(wired.wait.total_seconds())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    began = sorted(row.began_at for row in rows(engine, tables.attempt))
    assert len(began) == 24
    # began_at is read before the row is locked: the moment itself is kept, what is written down may be a little earlier
    assert began[-1] - began[0] >= timedelta(seconds=2)
    assert sum(later - earlier >= timedelta(seconds=0.05) for earlier, later in pairwise(began)) >= 20
