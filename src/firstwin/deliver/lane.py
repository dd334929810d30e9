"""One destination's way: claim, still true?, render, wire, send, settle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sqlalchemy import Connection

from firstwin.deliver.letter import Letter
from firstwin.deliver.post import post
from firstwin.deliver.prepare import prepare
from firstwin.deliver.round import Round
from firstwin.outbox.claim import Leased, claim, fences
from firstwin.outbox.give_back import give_back
from firstwin.telemetry import Log, failed


class Lane:
    def __init__(self, round_: Round, destination: str) -> None:
        self._round = round_
        self.destination = destination
        slots = round_.desk.senders[destination].slots
        self._together = max(slots, 32)  # rows that are read and rendered together
        self._most = (
            4 * slots
        )  # what is leased beyond this would only wait here, and be lost for a while with the process

    async def run(self) -> None:
        """Until nothing is due, or the round is over."""
        while self._round.is_open:
            leased = await self._claim(suspects=False)
            if not leased:
                return
            await self._deliver(leased)
        self._round.more = True

    async def try_a_suspect(self) -> bool:
        """One of those that a lost worker held, with nothing else going on. False if there is none."""
        leased = await self._claim(suspects=True)
        await self._deliver(leased)
        await self._round.wait_for_the_wire()
        return bool(leased)

    async def _claim(self, *, suspects: bool) -> tuple[Leased, ...]:
        desk = self._round.desk

        def work(connection: Connection) -> tuple[Leased, ...]:
            return claim(connection, desk.run, self.destination, desk.worker, most=self._most, suspects=suspects)

        return await self._round.database.write(work)

    async def _deliver(self, leased: Sequence[Leased]) -> None:
        for some in _slices(leased, self._together):
            try:
                await self._deliver_some(some)
            except Exception as error:  # noqa: BLE001 - others go on; the leases of these run out, and that is counted
                failed(Log.DELIVERY_FAILED, error, deliveries=[each.id for each in some])

    async def _deliver_some(self, leased: Sequence[Leased]) -> None:
        if self._round.is_open:
            letters = await prepare(self._round, leased)
            left = [each for sender in _by_sender(letters) for each in await post(self._round, sender)]
            leased = [each.leased for each in left]
        if leased:
            await self._round.database.write(lambda connection: give_back(connection, fences(leased)))


def _slices(leased: Sequence[Leased], size: int) -> Iterator[Sequence[Leased]]:
    return (leased[first : first + size] for first in range(0, len(leased), size))


def _by_sender(letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    return (list(group) for _, group in groupby(letters, key=lambda each: each.route.name))
