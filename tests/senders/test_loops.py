"""Each event loop has its own, and a loop that ended leaves nothing behind."""

from __future__ import annotations

import asyncio

from firstwin.senders.loops import PerLoop


def test_a_loop_gets_the_same_again_and_another_loop_its_own() -> None:
    things = PerLoop(object)

    async def twice() -> tuple[object, object]:
        return things.here(), things.here()

    first, second = asyncio.run(twice()), asyncio.run(twice())
    assert first[0] is first[1]
    assert second[0] is second[1]
    assert first[0] is not second[0]


def test_what_a_loop_left_is_not_handed_over_again() -> None:
    things = PerLoop(object)

    async def leave() -> tuple[object, object, object, object]:
        made = things.here()
        return made, things.leave(), things.leave(), things.here()

    made, left, nothing, new = asyncio.run(leave())
    assert made is left
    assert nothing is None
    assert new is not made


def test_loops_that_ended_are_forgotten() -> None:
    things = PerLoop(object)

    async def use() -> object:
        return things.here()

    for _ in range(20):
        asyncio.run(use())
    assert len(things._made) == 1
