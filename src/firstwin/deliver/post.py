"""Wire, send, settle: letters go out as slots become free, each group under one commit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext

from sqlalchemy import Connection

from firstwin import failpoints
from firstwin.deliver.letter import Letter
from firstwin.deliver.outcome import not_begun, outcome_of
from firstwin.deliver.round import Round
from firstwin.deliver.slots import Slots
from firstwin.outbox.claim import fences
from firstwin.outbox.limits import LEASE
from firstwin.outbox.wire import Paced, Wired, wire
from firstwin.senders.contract import Answer, Unknown, flow_of
from firstwin.telemetry import Log, failed


async def post(round_: Round, letters: Sequence[Letter], patience: float) -> Sequence[Letter]:
    """Returns when each letter of one sender is on the wire or dropped; those for which the round ended too soon.

    Where a rate lets nothing through for longer than ``patience`` seconds, they are left, too.
    """
    if not letters:
        return ()
    route = letters[0].route
    slots = round_.slots_of(route)
    # who waits for its rate has time, and needs nothing that others hold
    with nullcontext() if flow_of(route.sender).rate else slots.wanted():
        return await _all(round_, letters, slots, patience)


async def _all(round_: Round, letters: Sequence[Letter], slots: Slots, patience: float) -> Sequence[Letter]:
    while letters:
        await round_.settler.room()  # what is on the wire shall be able to begin
        count = await slots.take(min(len(letters), letters[0].route.sender.group))
        if not count:
            break
        wired = await _to_the_wire(round_, letters[:count], slots)
        letters = [*(each for each in letters[:count] if each.leased.id in wired.later), *letters[count:]]
        wait = wired.wait.total_seconds()
        if letters and wait and (wait > patience or not await round_.pause(wait)):
            break
    return letters


async def _to_the_wire(round_: Round, letters: Sequence[Letter], slots: Slots) -> Wired:
    """Committed before the first byte; whoever finds the row later knows that it may have arrived."""
    going: list[Letter] = []
    began = asyncio.get_running_loop().time()
    with round_.about_to_begin():
        try:
            wired = await _wire(round_, letters)
            round_.count(wired.dropped)
            going = [each for each in letters if each.leased.id in wired.sending]
        finally:
            await slots.give(len(letters) - len(going))
        round_.settler.expect(len(going))
        await round_.send(letters[0].route.name, (_send(round_, each, slots, began) for each in going))
    return wired


async def _wire(round_: Round, letters: Sequence[Letter]) -> Wired:
    desk, route = round_.desk, letters[0].route
    rate = flow_of(route.sender).rate
    taken = fences([each.leased for each in letters])
    paced = None if rate is None else Paced(route.name, rate)

    def work(connection: Connection) -> Wired:
        wired = wire(connection, desk.run, taken, desk.gates, desk.addresses, desk.restraint, paced)
        failpoints.reached("wiring")
        return wired

    wired = await round_.database.write(work)
    failpoints.reached("wired")
    return wired


async def _send(round_: Round, letter: Letter, slots: Slots, began: float) -> None:
    """``began`` did the transaction that took it to the wire."""
    try:
        if why := _why_not(round_, began):
            outcome = not_begun(letter.leased, why)
        else:
            failpoints.soon_reached("sending")
            answer = await _answer(letter, round_.patience)
            failpoints.reached("answered")
            outcome = outcome_of(letter.leased, answer, sender=letter.route.name)
        await round_.settler.settle(outcome)
    except Exception as error:  # noqa: BLE001 - the row stays on the wire; its lease runs out and its outcome is unknown
        failed(Log.DELIVERY_FAILED, error, delivery=letter.leased.id)
    finally:
        await slots.give(1)


def _why_not(round_: Round, began: float) -> str:
    """Why a message that was taken to the wire does not begin any more; "" if it does."""
    if not round_.is_open:
        return "its worker was about to end, or could not note answers"
    if asyncio.get_running_loop().time() > began + LEASE - round_.patience:
        return "its lease would have ended before an answer came"
    return ""


async def _answer(letter: Letter, patience: float) -> Answer:
    try:
        async with asyncio.timeout(patience):
            return await letter.route.sender.send(letter.message)
    except TimeoutError:
        return Unknown("deadline", f"No answer within {patience:g} seconds.")
    except Exception as error:  # noqa: BLE001 - a sender that breaks its contract; the message may be out
        failed(Log.DELIVERY_FAILED, error, delivery=letter.leased.id, sender=letter.route.name)
        return Unknown("sender_failed", type(error).__name__)
