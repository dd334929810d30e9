"""Which requests share a transaction, and for how long one waits for others."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting

import pytest
from sqlalchemy import Engine

from firstwin.facts.posted import Posted
from firstwin.facts.segment import Message
from firstwin.web import intake
from firstwin.web.intake import ENOUGH, MOST_TOGETHER, Writer

LONG_S, SOON_S = 10.0, 3.0


@pytest.fixture
def writer(engine: Engine) -> Writer:
    """One whose thread is the test."""
    return Writer(engine, lambda: "UTC", SOON_S)


@pytest.fixture
def waits_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "GATHER_S", LONG_S)


def brought(messages: int = 1) -> Posted:
    return Posted([Message(str(n), "event", "ada", None, 10**15, "opened", {}) for n in range(messages)], [])


def wait(writer: Writer, *requests: Posted) -> None:
    """The requests wait from now on."""

    async def store() -> None:
        asked = [asyncio.create_task(writer.store("shop", posted)) for posted in requests]
        await asyncio.sleep(0)
        for one in asked:
            one.cancel()

    asyncio.run(store())


def taken(writer: Writer, *meanwhile: Posted) -> int:
    """How many go together, where these come one after the other while it waits; at once where there are none."""
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(writer._next)
        for posted in meanwhile:
            with pytest.raises(StillWaiting):
                found.result(0.05)
            wait(writer, posted)
        return len(found.result(SOON_S))


def test_who_waits_together_is_stored_together(writer: Writer) -> None:
    wait(writer, brought(), brought(3), brought())
    assert taken(writer) == 3


def test_no_more_than_fit(writer: Writer) -> None:
    wait(writer, brought(MOST_TOGETHER - 1), brought(), brought(MOST_TOGETHER + 1), brought())
    assert [taken(writer) for _ in range(3)] == [2, 1, 1]


@pytest.mark.usefixtures("waits_long")
def test_who_comes_alone_waits_for_nobody(writer: Writer) -> None:
    for _ in range(2):
        wait(writer, brought())
        assert taken(writer) == 1


@pytest.mark.usefixtures("waits_long")
def test_where_several_were_answered_the_next_waits_until_they_are_back(writer: Writer) -> None:
    wait(writer, brought(), brought(), brought())
    assert taken(writer) == 3
    wait(writer, brought())
    assert taken(writer, brought(), brought(), brought()) == 4


@pytest.mark.usefixtures("waits_long")
def test_nobody_waits_where_there_is_enough(writer: Writer) -> None:
    wait(writer, brought(), brought())
    taken(writer)
    wait(writer, brought())
    assert taken(writer, brought(ENOUGH - 1)) == 2


def test_nobody_waits_for_others_for_long(writer: Writer) -> None:
    wait(writer, brought(), brought())
    taken(writer)
    wait(writer, brought())
    assert taken(writer) == 1


@pytest.mark.usefixtures("waits_long")
def test_who_stops_waits_for_nobody(writer: Writer) -> None:
    wait(writer, brought(), brought())
    taken(writer)
    wait(writer, brought())
    writer.start()
    writer.stop()
    assert not writer._thread.is_alive()
