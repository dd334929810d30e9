"""Answers are settled in groups, and nobody waits for company that cannot come."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest

from firstwin.deliver.settler import GROUP, Settler
from firstwin.outbox.outcome import Outcome
from firstwin.outbox.settle import Settled
from firstwin.outbox.states import State


def settled(count: int, expected: int) -> list[int]:
    """The sizes of the groups in which so many answers are settled, when so many are on the wire."""
    sizes: list[int] = []

    async def settle(outcomes: Sequence[Outcome]) -> Settled:
        sizes.append(len(outcomes))
        return Settled(Counter({State.DELIVERED: len(outcomes)}))

    async def work() -> Counter[State]:
        settler = Settler(settle)
        running = asyncio.create_task(settler.run())
        settler.expect(expected)
        await asyncio.gather(*(settler.settle(Outcome(n, 1, "accepted")) for n in range(count)))
        running.cancel()
        return settler.states

    assert asyncio.run(work()) == Counter({State.DELIVERED: count})
    return sizes


def test_the_last_answer_that_can_come_is_settled_at_once() -> None:
    assert settled(1, 1) == [1]
    assert settled(5, 5) == [5]


def test_a_full_group_does_not_wait() -> None:
    assert settled(GROUP, GROUP + 40) == [GROUP]
    assert settled(2 * GROUP + 3, 2 * GROUP + 3) == [GROUP, GROUP, 3]


def test_answers_do_not_wait_longer_than_a_moment_for_others() -> None:
    assert settled(3, 64) == [3]


@pytest.mark.parametrize("error", [None, ConnectionError()])
def test_with_a_full_group_unsettled_there_is_no_room_for_more(error: Exception | None) -> None:
    """Until it is settled, or that failed."""

    async def work() -> None:
        let_go = asyncio.Event()

        async def settle(_: Sequence[Outcome]) -> Settled:
            await let_go.wait()
            if error:
                raise error
            return Settled()

        settler = Settler(settle)
        running = asyncio.create_task(settler.run())
        settler.expect(GROUP)
        waiting = [asyncio.create_task(settler.settle(Outcome(n, 1, "accepted"))) for n in range(GROUP - 1)]
        await asyncio.sleep(0)
        await settler.room()
        waiting.append(asyncio.create_task(settler.settle(Outcome(GROUP, 1, "accepted"))))
        await asyncio.sleep(0)
        has_room = asyncio.create_task(settler.room())
        await asyncio.sleep(0.05)  # longer than answers wait for company
        assert not has_room.done()
        let_go.set()
        await asyncio.wait_for(has_room, 10)
        assert {type(each) for each in await asyncio.gather(*waiting, return_exceptions=True)} == {type(error)}
        running.cancel()

    asyncio.run(work())


def test_who_waits_is_told_what_went_wrong() -> None:
    async def settle(_: Sequence[Outcome]) -> Settled:
        raise ConnectionError

    async def work() -> None:
        settler = Settler(settle)
        running = asyncio.create_task(settler.run())
        settler.expect(1)
        try:
            await settler.settle(Outcome(1, 1, "accepted"))
        finally:
            running.cancel()

    with pytest.raises(ConnectionError):
        asyncio.run(work())
