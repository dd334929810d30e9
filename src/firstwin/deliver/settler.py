"""Settles answers in groups: one commit for what came in together."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from firstwin.outbox.outcome import Outcome
from firstwin.outbox.settle import Settled
from firstwin.outbox.states import State

GROUP = 32  # answers in one commit; with as many that are not settled, nothing more is sent
COMPANY = 0.020  # seconds that an answer waits for others


class Settler:
    """Nobody waits for company that cannot come: it is told how many answers to expect.

    What was answered and is not settled comes twice if the process dies now; so whoever sends waits until there is ``room``.
    """

    def __init__(self, settle: Callable[[Sequence[Outcome]], Awaitable[Settled]]) -> None:
        self.states: Counter[State] = Counter()
        self.late = 0
        self._settle = settle
        self._expected = 0
        self._answers: list[tuple[Outcome, asyncio.Future[None]]] = []
        self._due = asyncio.Event()
        self._unsettled = 0
        self._has_room = asyncio.Event()
        self._has_room.set()

    def expect(self, count: int) -> None:
        """So many more messages are on the wire."""
        self._expected += count

    async def room(self) -> None:
        """Returns when fewer answers than a full group are left to be settled."""
        await self._has_room.wait()

    async def settle(self, outcome: Outcome) -> None:
        """Returns when the answer is in the database, raises what went wrong there."""
        settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._expected -= 1
        self._count(1)
        self._answers.append((outcome, settled))
        if len(self._answers) == 1 or self._is_full():
            self._arm()
        await settled

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            batch, self._answers = self._answers[:GROUP], self._answers[GROUP:]
            self._arm()
            if batch:
                await self._commit(batch)

    def _is_full(self) -> bool:
        return bool(self._answers) and (not self._expected or len(self._answers) >= GROUP)

    def _arm(self) -> None:
        if self._is_full():
            self._due.set()
        elif self._answers:
            asyncio.get_running_loop().call_later(COMPANY, self._due.set)

    def _count(self, count: int) -> None:
        self._unsettled += count
        if self._unsettled < GROUP:
            self._has_room.set()
        else:
            self._has_room.clear()

    async def _commit(self, batch: Sequence[tuple[Outcome, asyncio.Future[None]]]) -> None:
        try:
            done = await self._settle([outcome for outcome, _ in batch])
        except Exception as error:  # noqa: BLE001 - it belongs to those who wait
            for _, settled in batch:
                settled.set_exception(error)
            return
        finally:
            self._count(-len(batch))
        self.states.update(done.states)
        self.late += done.late
        for _, settled in batch:
            settled.set_result(None)
