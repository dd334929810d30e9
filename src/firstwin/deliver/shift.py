"""Keeps the lanes of a round at work, each by itself: none waits for another, whatever hangs there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from firstwin.deliver.lane import Lane
from firstwin.deliver.round import Round
from firstwin.telemetry import Log, failed

LOOK_AFTER: Final = 1.0  # seconds; while others are at work, nobody may be there to ring


async def work(round_: Round, lanes: Sequence[Lane]) -> None:
    """Until nothing is due, nothing is on the wire, and nobody has called; or until the round is closed."""
    at_work = [asyncio.create_task(_keep(round_, lane)) for lane in lanes]
    if at_work:
        await round_.over.wait()
    await round_.close()
    await asyncio.gather(*at_work)


async def _keep(round_: Round, lane: Lane) -> None:
    """A lane runs until nothing is due, and again when it is called."""
    call = round_.calls[lane.destination]
    while round_.is_open:
        call.clear()
        await _guarded(lane)
        round_.rests(lane.destination)
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_AFTER):
                await call.wait()
        round_.works(lane.destination)


async def _guarded(lane: Lane) -> None:
    try:
        await lane.run()
    except Exception as error:  # noqa: BLE001 - one destination must not keep the others from their work
        failed(Log.DELIVERY_FAILED, error, destination=lane.destination)
