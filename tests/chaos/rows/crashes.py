"""A crash at each of the nine points between a claim and its commit, at times that are drawn."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from firstwin.failpoints import POINTS, Point
from tests.chaos import facts
from tests.chaos.accounting import repeated
from tests.chaos.answers import Answer
from tests.chaos.figures import Found, Number, at_least, none
from tests.chaos.rig import Rig
from tests.chaos.row import Row

# How often a worker comes by a point before it dies there, at most. Before the first byte: so that no other message has
# gone out, for which the crash would come after it.
TIMES: Mapping[Point, int] = {
    "claimed": 1, "looked": 1, "rendered": 30, "wiring": 1, "wired": 1, "sending": 30, "answered": 30, "settling": 1, "settled": 1,
}  # fmt: skip
AFTER_THE_FIRST_BYTE: frozenset[Point] = frozenset({"sending", "answered", "settling", "settled"})
WAVE = (
    40  # deliveries that are due for each crash: a worker leases what there is, and they are lost with it for a minute
)
LATER = timedelta(days=1)
BOOT_S = 120.0  # until a worker has died, at the latest
MOST_WAIT_S = 400.0


def crash(rig: Rig, points: Sequence[Point], crashes: int) -> Found:
    """One worker after the other dies; nobody else works meanwhile. Two good ones do the rest."""
    rig.begin(rig.hook())
    rig.receiver.behave(http={"/hook": [Answer(delay=0.05)]})
    rig.sign_up(facts.named(WAVE * len(points) * crashes))
    rig.ledger.put_off(LATER)
    began: dict[Point, float] = {}
    died: dict[Point, int] = {}
    for point in points:
        began[point] = time.time()
        died[point] = sum(_dies(rig, point) for _ in range(crashes))
    rig.receiver.behave()
    rig.workers(2)
    rig.beats(1)
    rig.settled(MOST_WAIT_S)
    return _found(rig, died, _extra(rig, began), crashes)


def _dies(rig: Rig, point: Point) -> bool:
    rig.ledger.bring_forward(WAVE, LATER)
    times = rig.random.randint(1, TIMES[point])
    worker = rig.processes.firstwin("worker", FAIL_AT=f"{point}:{times}", BROKER_URL="")
    return rig.processes.gone(worker, BOOT_S) == -signal.SIGKILL


def _extra(rig: Rig, began: Mapping[Point, float]) -> dict[Point, int]:
    """By the point at which the worker crashed that had sent the request before."""
    extra = dict.fromkeys(began, 0)
    for moment in repeated(rig.receiver.requests()):
        extra[max((at, point) for point, at in began.items() if at <= moment)[1]] += 1
    return extra


def _found(rig: Rig, died: Mapping[Point, int], extra: Mapping[Point, int], crashes: int) -> Found:
    counted = rig.counted()
    early = sum(number for point, number in extra.items() if point not in AFTER_THE_FIRST_BYTE)
    figures: dict[str, Number] = {
        "crashes": sum(died.values()),
        "deliveries": counted.due,
        "lost": counted.lost,
        "twice": counted.twice,
        "dead": counted.dead,
        "extra": counted.extra,
        "extra before the first byte": early,
    }
    return Found(
        figures,
        (*none("lost", "twice", "dead", "extra before the first byte"), *at_least(crashes=crashes * len(died))),
    )


def _once_each(rig: Rig) -> Found:
    return crash(rig, tuple(POINTS), 1)


def _row(point: Point) -> Row:
    return Row(
        f"crash-{point}", f"crash × 20: {POINTS[point]} (`{point}`)", partial(crash, points=(point,), crashes=20)
    )


ROWS = (
    *(_row(point) for point in POINTS),
    Row("crash", "crash once at each fail point", _once_each, size="short"),
)
