"""Slots bound what is on the wire, and wait a moment for company."""

from __future__ import annotations

import asyncio

from firstwin.deliver.slots import OF_ALL, OWN, Bulkhead, Slots


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


def two() -> tuple[Slots, Slots]:
    bulkhead = Bulkhead()
    return Slots(OF_ALL, bulkhead), Slots(OF_ALL, bulkhead)


def test_whoever_is_alone_may_have_them_all() -> None:
    async def work() -> int:
        crm, _ = two()
        return await crm.take(1000)

    assert asyncio.run(work()) == OF_ALL


def test_while_others_have_work_nobody_holds_more_than_a_quarter() -> None:
    async def work() -> list[int]:
        crm, mail = two()
        with mail.wanted():
            first = await crm.take(1000)
        return [first, await crm.take(1000)]

    assert asyncio.run(work()) == [OF_ALL // 4, OF_ALL * 3 // 4]


def test_however_many_hang_elsewhere_each_has_some_of_its_own() -> None:
    async def work() -> list[int]:
        crm, mail = two()
        await crm.take(1000)
        with mail.wanted():
            return [await mail.take(1000)]

    assert asyncio.run(work()) == [2 * OWN]  # and those that the other has of its own left some of what is shared


def test_what_is_given_back_goes_to_others_until_they_have_their_share() -> None:
    async def work() -> tuple[int, int]:
        crm, mail = two()
        await crm.take(1000)
        with crm.wanted(), mail.wanted():
            await mail.take(1000)
            more = asyncio.create_task(mail.take(1000))
            hungry = asyncio.create_task(crm.take(1))
            await asyncio.sleep(0)
            await crm.give(OF_ALL - OF_ALL // 4)
            await more
            await asyncio.sleep(0)
            assert not hungry.done()
            hungry.cancel()
        return mail.held, crm.held

    assert asyncio.run(work()) == (OF_ALL // 4, OF_ALL // 4)
