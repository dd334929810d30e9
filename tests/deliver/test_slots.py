"""Slots bound what is on the wire, and wait a moment for company."""

from __future__ import annotations

import asyncio

from firstwin.deliver.slots import Slots


def test_as_many_as_are_free_are_taken() -> None:
    async def work() -> list[int]:
        slots = Slots(5)
        taken = [await slots.take(3), await slots.take(3)]
        await slots.give(4)
        return [*taken, await slots.take(9)]

    assert asyncio.run(work()) == [3, 2, 4]


def test_whoever_finds_none_waits_for_one() -> None:
    async def work() -> int:
        slots = Slots(1)
        await slots.take(1)
        waiting = asyncio.create_task(slots.take(1))
        await asyncio.sleep(0)
        assert not waiting.done()
        await slots.give(1)
        return await waiting

    assert asyncio.run(work()) == 1


def test_slots_that_come_free_in_a_moment_are_waited_for() -> None:
    async def work() -> int:
        slots = Slots(4)
        await slots.take(3)
        waiting = asyncio.create_task(slots.take(4))
        await asyncio.sleep(0)
        await slots.give(3)
        return await waiting

    assert asyncio.run(work()) == 4


def test_when_closed_nobody_gets_one_and_nobody_waits() -> None:
    async def work() -> list[int]:
        slots = Slots(1)
        await slots.take(1)
        waiting = asyncio.create_task(slots.take(1))
        await asyncio.sleep(0)
        await slots.close()
        await slots.give(1)
        return [await waiting, await slots.take(1)]

    assert asyncio.run(work()) == [0, 0]
