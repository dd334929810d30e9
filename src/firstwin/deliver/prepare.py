"""Still true? render: leased deliveries become letters, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from firstwin import failpoints
from firstwin.deliver.background import backgrounds
from firstwin.deliver.context import Background
from firstwin.deliver.desk import Desk
from firstwin.deliver.digests import listings
from firstwin.deliver.letter import Letter, letter
from firstwin.deliver.round import Round
from firstwin.outbox.claim import Leased, fences
from firstwin.outbox.clocks import clocks
from firstwin.outbox.give_back import end
from firstwin.outbox.judge import Verdict
from firstwin.outbox.wire import still_true

AT_A_TIME = 4  # rendered before the answers that came in meanwhile are looked at


async def prepare(round_: Round, leased: Sequence[Leased]) -> list[Letter]:
    """Letters of those deliveries that are still wanted; the others are dropped, each with its reason."""
    known, dropped = await round_.database.write(lambda connection: _look(round_.desk, connection, leased))
    failpoints.reached("looked")
    round_.count(dropped)
    letters: list[Letter] = []
    unmade: dict[int, Verdict] = {}
    for number, each in enumerate(one for one in leased if one.id in known):
        made = letter(round_.desk, each, known[each.id], round_.routes.of(each))
        failpoints.reached("rendered", each.account_id)
        if isinstance(made, Letter):
            letters.append(made)
        else:
            unmade[each.id] = made
        if number % AT_A_TIME == AT_A_TIME - 1:
            await asyncio.sleep(0)
    if unmade:
        await round_.database.write(lambda connection: end(connection, round_.desk.run, fences(leased), unmade))
        round_.count(unmade)
    return letters


def _look(
    desk: Desk, connection: Connection, leased: Sequence[Leased]
) -> tuple[dict[int, Background], Mapping[int, Verdict]]:
    at = clocks(connection, desk.run)
    checked = still_true(connection, at, fences(leased), desk.gates, desk.addresses, desk.restraint)
    going = [each for each in leased if each.id in checked.going]
    single = [each for each in going if each.id not in checked.digests]
    known = backgrounds(connection, at, single, checked.going, desk.tell)
    listed = {each: checked.digests[each.id] for each in going if each.id in checked.digests}
    return known | listings(connection, at, listed, desk.tell), checked.dropped
