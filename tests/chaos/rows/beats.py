"""Three beats at once, a beat that is killed again and again, and none at all, while accounts keep signing up."""

from __future__ import annotations

import json
import time
from datetime import timedelta

from firstwin.tick.slots import slot_of
from tests.chaos import facts
from tests.chaos.figures import Found, Number, at_most, none
from tests.chaos.rig import Rig
from tests.chaos.row import Row
from tests.chaos.waiting import TooLong, pause, until

EVERY = timedelta(minutes=1)  # tick_every of the rig's project
AT_ONCE = 10  # accounts that sign up together
BETWEEN_S = 10.0
STRETCH_S = 130.0
MOST_WAIT_S = 180.0
BOOT_S = 180.0


def beats(rig: Rig) -> Found:
    rig.begin(rig.hook())
    rig.workers(2)
    left_out = _three(rig)
    _killed(rig)
    red = _none_at_all(rig)
    rig.beats(1)
    _sign_up(rig)
    until(lambda: rig.ledger.delivered() == len(rig.accounts), MOST_WAIT_S, "All are delivered")
    counted = rig.counted()
    figures: dict[str, Number] = {
        "accounts": counted.due,
        "slots": len(rig.ledger.ticks()),
        "slots left out by three beats": left_out,
        "missed": sum(each["missed"] for each in rig.ledger.ticks()),
        "lost": counted.lost,
        "twice": counted.twice,
        "extra": counted.extra,
        "seconds until health is red": round(red, 1),
    }
    limits = at_most(seconds_until_health_is_red=60)
    return Found(figures, (*none("slots left out by three beats", "missed", "lost", "twice", "extra"), *limits))


def _three(rig: Rig) -> int:
    """How many slots of the grid nobody did between the first and the last."""
    running = rig.beats(3)
    until(lambda: len(rig.ledger.ticks()) > 1, BOOT_S, "Two slots are done")
    known = len(rig.ledger.ticks())
    _busy(rig, STRETCH_S)
    done = [each["slot"] for each in rig.ledger.ticks()][known - 1 :]
    for process in running:
        rig.processes.kill(process)
    assert all(slot == slot_of(slot, EVERY) for slot in done)
    span: timedelta = done[-1] - done[0]
    return span // EVERY + 1 - len(set(done))


def _killed(rig: Rig) -> None:
    until_ = time.monotonic() + STRETCH_S
    while time.monotonic() < until_:
        (beat,) = rig.beats(1)
        _busy(rig, 7.0)
        rig.processes.kill(beat)


def _none_at_all(rig: Rig) -> float:
    """How long until health says so, and then as long again without."""
    began = time.monotonic()
    while _is_well(rig):
        if time.monotonic() - began > MOST_WAIT_S:
            raise TooLong("health never noticed that beat is gone")
        pause(1)
    red = time.monotonic() - began
    _busy(rig, 300 * rig.scope.scale)
    return red


def _is_well(rig: Rig) -> bool:
    told = json.loads(rig.processes.run("health", "--json", code=None))
    return not any("beat" in each for each in told["wrong"])


def _busy(rig: Rig, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        _sign_up(rig)
        pause(min(BETWEEN_S, ends - time.monotonic()))


def _sign_up(rig: Rig) -> None:
    rig.sign_up(facts.named(AT_ONCE, first=len(rig.accounts)), at=facts.ago(seconds=1), decides=False)


ROWS = (Row("beats", "three beats at once; beat killed every 7 s; no beat", beats),)
