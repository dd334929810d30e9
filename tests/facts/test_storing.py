from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest

from firstwin.facts.ingest import Ingested
from firstwin.facts.segment import Message
from firstwin.facts.storing import MOST_BYTES, MOST_ROWS, Pending, Storing
from tests.facts.messages import LATER

NOTHING = Ingested(0, 0, 0, 0)


def event(n: int) -> Message:
    return Message(str(n), "event", "p", None, 0, "opened", {})


def test_a_batch_is_stored_while_the_next_one_is_read() -> None:
    read_on = Event()

    def store(_pending: Pending, let_read_on: Callable[[], None]) -> Ingested:
        let_read_on()
        assert read_on.wait(30)
        return Ingested(1, 0, 0, 0)

    with Storing(store) as storing:
        first = Pending(LATER)
        storing.begin(first)
        read_on.set()  # which nobody would get to if the batch had to be stored first
        assert storing.finish() == (first, Ingested(1, 0, 0, 0))
        assert storing.finish() is None


def test_batches_are_stored_one_after_the_other_in_their_order() -> None:
    stored: list[int] = []

    def store(pending: Pending, _let_read_on: Callable[[], None]) -> Ingested:
        stored.append(pending.reached)
        return NOTHING

    with Storing(store) as storing:
        for n in range(50):
            storing.finish()
            storing.begin(Pending(LATER, reached=n))
    assert stored == list(range(50))


def test_what_goes_wrong_is_told_to_whoever_finishes() -> None:
    def store(_pending: Pending, _let_read_on: Callable[[], None]) -> Ingested:
        msg = "the disk is full"
        raise OSError(msg)

    with Storing(store) as storing:
        storing.begin(Pending(LATER))
        with pytest.raises(OSError, match="the disk is full"):
            storing.finish()
        assert storing.finish() is None


def test_a_batch_is_full_with_so_many_facts_or_bytes() -> None:
    by_rows, by_bytes, wide = Pending(LATER), Pending(LATER), Pending(LATER)
    assert [by_rows.add(event(n), 1) for n in range(MOST_ROWS)] == [False] * (MOST_ROWS - 1) + [True]
    assert [by_bytes.add(event(n), MOST_BYTES // 2) for n in range(2)] == [False, True]
    traits = {f"trait{n}": n for n in range(MOST_ROWS - 1)}
    assert wide.add(Message("1", "identify", "p", None, 0, "", traits), 1)
