"""Fail points: places between a claim and its commit where a rehearsal has this process die, as by kill -9."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from functools import cache
from itertools import count
from typing import Final, Literal, NamedTuple

from firstwin.settings import rehearsal
from firstwin.telemetry import Log, log

Point = Literal[
    "claimed", "looked", "rendered", "wiring", "wired", "sending", "answered", "settling", "settled"
]  # fmt: skip
POINTS: Final[Mapping[Point, str]] = {
    "claimed": "the claim is committed",
    "looked": "it was judged whether the messages are still wanted, and what they tell was read",
    "rendered": "a message is made of its template",
    "wiring": "inside the transaction that takes messages to the wire, before its commit",
    "wired": "that commit is done, no byte has gone out",
    "sending": "20 ms after sending has begun",
    "answered": "the other side has answered, nothing of it is written down",
    "settling": "inside the transaction that writes answers down, before its commit",
    "settled": "that commit is done, nothing else was told of it",
}
MOMENT_S: Final = 0.020


class _Armed(NamedTuple):
    """``times`` counts down; ``of`` is the account that it is meant for, if it is meant for one."""

    point: str
    times: count[int]
    of: str


def reached(point: Point, of: str | None = None) -> None:
    """Dies here if that was asked for. Off, as it is by default, it costs one look into a cache."""
    armed = _armed()
    if armed is not None and armed.point == point and armed.of in ("", of) and next(armed.times) == 0:
        _die(point)


def soon_reached(point: Point) -> None:
    """The same a moment later, with what was begun under way."""
    armed = _armed()
    if armed is not None and armed.point == point:
        asyncio.get_running_loop().call_later(MOMENT_S, reached, point)


@cache
def _armed() -> _Armed | None:
    asked = rehearsal().fail_at
    if not asked:
        return None
    point, _, of = asked.partition("@")
    point, _, times = point.partition(":")
    return _Armed(point, count(1 - int(times or 1)), of)


def _die(point: Point) -> None:
    log(Log.FAIL_POINT, point=point)
    os.kill(os.getpid(), signal.SIGKILL)
