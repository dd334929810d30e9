"""The broker emptied, killed, absent, and too small: it is a doorbell, and nothing is lost with it."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.chaos import facts
from tests.chaos.figures import Found, Limit, Number, none
from tests.chaos.rig import Rig
from tests.chaos.row import Row
from tests.chaos.waiting import pause

MOST_WAIT_S = 300.0
BOOT_S = 60.0
LEAST = 50  # percent of the rate with a broker that is well
Trouble = Callable[[Rig], None]


def broker(rig: Rig) -> Found:
    """Each trouble has deliveries, workers and beats of its own; before the first and after the last there is none."""
    rig.begin(rig.hook())
    before = _rate(rig)
    rates = {
        "when flushed": _rate(rig, during=_flushed),
        "when killed": _rate(rig, during=_killed),
        "when absent": _rate(rig, first=_absent),
        "when full": _rate(rig, first=_small, during=_filled),
    }
    _absent(rig)
    rig.broker.start()
    undisturbed = (before + _rate(rig)) / 2
    counted = rig.counted()
    figures: dict[str, Number] = {
        "deliveries": counted.due,
        "lost": counted.lost,
        "twice": counted.twice,
        "extra": counted.extra,
        "a second undisturbed": round(undisturbed),
        **{f"% of that {when}": round(100 * rate / undisturbed) for when, rate in rates.items()},
    }
    limits = (Limit(f"% of that {when}", "at least", LEAST) for when in rates)
    return Found(figures, (*none("lost", "twice", "extra"), *limits))


def _rate(rig: Rig, first: Trouble = lambda _: None, during: Trouble = lambda _: None) -> float:
    """Deliveries a second between the first request and the last; ``first`` comes before the workers are started."""
    known, size = rig.receiver.count(), rig.scope.pick(500, 4_000)
    first(rig)
    rig.sign_up(facts.named(size, first=len(rig.accounts)))
    running = [*rig.workers(2), *rig.beats(2)]
    rig.reaches(known + 1, BOOT_S)
    began = time.time()
    during(rig)
    rig.settled(MOST_WAIT_S)
    last = max(each.at for each in rig.receiver.requests())
    for process in running:
        rig.processes.stop(process)
    return size / (last - began)


def _flushed(rig: Rig) -> None:
    for _ in range(rig.scope.pick(5, 20)):
        rig.broker.empty()
        pause(rig.random.uniform(0.1, 0.7))


def _killed(rig: Rig) -> None:
    """And empty again, as it keeps nothing."""
    for _ in range(rig.scope.pick(2, 5)):
        rig.broker.kill()
        pause(rig.random.uniform(0.3, 1.5))
        rig.broker.start()
        pause(rig.random.uniform(0.3, 1.5))


def _absent(rig: Rig) -> None:
    """The port is the broker's, and nobody listens."""
    rig.broker.kill()


def _small(rig: Rig) -> None:
    rig.broker.start("--maxmemory", "5mb", "--maxmemory-policy", "allkeys-random")


def _filled(rig: Rig) -> None:
    """Somebody else's keys leave no room: bells are evicted, or refused."""
    for number in range(100):
        rig.broker.fill(f"other-{number}", 100_000)
        pause(0.05)


def flushed_and_killed(rig: Rig) -> Found:
    """Without the rates, which need a machine to themselves."""
    rig.begin(rig.hook())
    _rate(rig, during=_flushed)
    _rate(rig, during=_killed)
    counted = rig.counted()
    figures: dict[str, Number] = {"deliveries": counted.due, "lost": counted.lost, "twice": counted.twice}
    return Found(figures | {"extra": counted.extra}, none("lost", "twice", "extra"))


ROWS = (
    Row(
        "redis",
        "Redis: FLUSHALL × 20; killed and empty again × 5; absent from the start; 5 MB and eviction",
        broker,
        alone=True,
    ),
    Row(
        "redis-short",
        "Redis: FLUSHALL × 5; killed and empty again × 2",
        flushed_and_killed,
        ("postgresql",),
        size="short",
    ),
)
