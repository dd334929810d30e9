"""SIGTERM again and again under load: what is on the wire is finished, the rest handed back."""

from __future__ import annotations

import time

from tests.chaos import facts
from tests.chaos.answers import Answer
from tests.chaos.figures import Found, Number, at_most, none
from tests.chaos.rig import Rig
from tests.chaos.row import Row
from tests.chaos.waiting import pause, until

TIMES = 15
BOOT_S, MOST_WAIT_S = 60.0, 300.0


def stop(rig: Rig) -> Found:
    """Every 20 s for 5 minutes one of two workers is told to stop, and another is started."""
    every = 20 * max(rig.scope.scale, 0.2)
    rig.begin(rig.hook())
    rig.receiver.behave(http={"/hook": [Answer(delay=0.7)]})
    rig.sign_up(facts.named(rig.scope.pick(500, 4_000, 20_000)))
    running = rig.workers(2)
    rig.beats(2)
    rig.reaches(1, BOOT_S)
    took, codes = [], []
    for _ in range(TIMES):
        pause(every)
        worker = running.pop(0)
        until(lambda: "worker.started" in rig.processes.log(worker), BOOT_S, "The worker has begun")  # noqa: B023 - now
        began = time.monotonic()
        codes.append(rig.processes.stop(worker))
        took.append(time.monotonic() - began)
        running.append(rig.processes.firstwin("worker"))
    rig.settled(MOST_WAIT_S)
    counted = rig.counted()
    figures: dict[str, Number] = {
        "deliveries": counted.due,
        "stops": len(took),
        "lost": counted.lost,
        "twice": counted.twice,
        "extra": counted.extra,
        "seconds until gone": round(max(took), 1),
        "other exit codes than 0": sum(code != 0 for code in codes),
    }
    limits = at_most(seconds_until_gone=30)
    return Found(figures, (*none("lost", "twice", "extra", "other exit codes than 0"), *limits))


ROWS = (Row("sigterm", "SIGTERM × 15 under load", stop),)
