"""One destination's way: claim, still true?, render, wire, send, settle."""

from __future__ import annotations

import asyncio
from asyncio import create_task
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from sqlalchemy import Connection

from firstwin import failpoints
from firstwin.deliver.letter import Letter
from firstwin.deliver.post import post
from firstwin.deliver.prepare import prepare
from firstwin.deliver.round import Round
from firstwin.outbox.bucket import AHEAD
from firstwin.outbox.claim import Elsewhere, Leased, claim, fences
from firstwin.outbox.give_back import give_back
from firstwin.senders.contract import flow_of
from firstwin.telemetry import Log, failed

A_MOMENT: Final = 0.01  # seconds
ALONE: Final = 0.25  # seconds that others wait for one that may do harm, once it is on the wire


class Lane:
    def __init__(self, round_: Round, destination: str) -> None:
        self._round = round_
        self.destination = destination
        sender = round_.desk.senders[destination]
        slots = sender.slots
        self._flow = flow_of(sender)
        self._together = max(slots, 32)  # rows that are read and rendered together
        # what is leased beyond this would only wait here, and be lost for a while with the process
        self._most = min(4 * slots, 256)

    async def run(self) -> None:
        """Until nothing is due, or the round is over. While some are taken to the wire, the next are prepared."""
        going = create_task(self._post(()))
        try:
            while self._round.takes_more_to(self.destination):
                leased = await self._claim(suspects=False)
                if not leased:
                    return
                for some in _slices(leased, self._together):
                    letters = await self._prepare(some)
                    await going
                    going = create_task(self._post(letters))
            self._round.more = True
        finally:
            await going

    async def try_a_suspect(self) -> bool:
        """A few of those that a lost worker held, with nothing else going on. False if there is none that may go now.

        Once they are on the wire they have shown that they do no harm: others do not wait until they are answered.
        """
        leased = await self._claim(suspects=True)
        if not leased:
            return False
        all_went = await self._post(await self._prepare(leased), patience=ALONE)
        await self._round.wait_for_the_wire(ALONE)
        return all_went

    async def _claim(self, *, suspects: bool) -> tuple[Leased, ...]:
        desk = self._round.desk

        def work(connection: Connection) -> tuple[Leased, ...]:
            return claim(
                connection,
                desk.run,
                self.destination,
                desk.worker,
                most=self._most,
                suspects=suspects,
                flow=self._flow,
            )

        while self._round.is_open:
            try:
                leased = await self._round.database.write(work)
            except Elsewhere:
                await asyncio.sleep(A_MOMENT)  # no thread that others need waits for the row
            else:
                if leased:
                    failpoints.reached("claimed")
                return leased
        return ()

    async def _prepare(self, leased: Sequence[Leased]) -> Sequence[Letter]:
        try:
            if self._round.is_open:
                return await prepare(self._round, leased)
            await self._give_back(leased)
        except Exception as error:  # noqa: BLE001 - others go on; the leases of these run out, and that is counted
            failed(Log.DELIVERY_FAILED, error, deliveries=[each.id for each in leased])
        return ()

    async def _post(self, letters: Sequence[Letter], patience: float = AHEAD.total_seconds()) -> bool:
        """Whether all of them went, or were dropped."""
        try:
            left = [each for sender in _by_sender(letters) for each in await post(self._round, sender, patience)]
            await self._give_back([each.leased for each in left])
            self._round.more |= bool(left) and not self._round.takes_more_to(self.destination)
        except Exception as error:  # noqa: BLE001 - as above
            failed(Log.DELIVERY_FAILED, error, deliveries=[each.leased.id for each in letters])
            return False
        return not left

    async def _give_back(self, leased: Sequence[Leased]) -> None:
        if leased:
            await self._round.database.write(lambda connection: give_back(connection, fences(leased)))


def _slices(leased: Sequence[Leased], size: int) -> Iterator[Sequence[Leased]]:
    return (leased[first : first + size] for first in range(0, len(leased), size))


def _by_sender(letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    return (list(group) for _, group in groupby(letters, key=lambda each: each.route.name))
