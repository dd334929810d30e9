"""kill -9 of random workers at random moments, while webhooks or mails go out."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.chaos import facts
from tests.chaos.accounting import blamed, repeated
from tests.chaos.figures import Found, Number, at_most, none
from tests.chaos.rig import Rig
from tests.chaos.row import Row
from tests.chaos.waiting import pause

HTTP_SLOTS, SMTP_SLOTS = 64, 8
MOST_WAIT_S = 300.0


@dataclass(frozen=True)
class Killing:
    """``every``: the mean time between two kills in seconds."""

    kills: int
    every: float


def kill_webhooks(rig: Rig) -> Found:
    size = rig.scope.pick(800, 10_000)
    rig.begin(rig.hook())
    rig.sign_up(facts.named(size))
    began = time.monotonic()
    kills = _kill(rig, Killing(rig.scope.pick(5, 50), 0.7))
    rig.settled(MOST_WAIT_S)
    seconds = time.monotonic() - began
    counted = rig.counted()
    extras = blamed(repeated(rig.receiver.requests()), kills)
    figures: dict[str, Number] = {
        "deliveries": counted.due,
        "kills": len(kills),
        "lost": counted.lost,
        "twice": counted.twice,
        "extra": counted.extra,
        "extra a kill": counted.extra / len(kills),
        "extra in one kill": max(extras),
        "dead": counted.dead,
        "seconds": round(seconds, 1),
    }
    limits = at_most(extra_in_one_kill=HTTP_SLOTS)
    if rig.scope.size != "short":  # an average of a few kills says nothing, and others run beside it
        limits += at_most(extra_a_kill=5, seconds=120)
    return Found(figures, (*none("lost", "twice", "dead"), *limits))


def kill_mails(rig: Rig) -> Found:
    size = rig.scope.pick(400, 3_000)
    rig.begin(rig.mail())
    rig.receiver.behave(smtp_delay=0.02)
    rig.sign_up(facts.named(size))
    began = time.monotonic()
    kills = _kill(rig, Killing(rig.scope.pick(4, 50), 0.7))
    rig.settled(MOST_WAIT_S)
    seconds = time.monotonic() - began
    counted = rig.counted("smtp")
    parked = blamed(_parked_at(rig), kills)
    figures: dict[str, Number] = {
        "mails": counted.due,
        "kills": len(kills),
        "lost": counted.lost,
        "twice": counted.twice,
        "extra": counted.extra,
        "parked": counted.parked,
        "parked a kill": counted.parked / len(kills),
        "parked in one kill": max(parked),
        "without a reason": counted.parked - rig.ledger.reasons("unknown")["no_answer"],
        "dead": counted.dead,
        "seconds": round(seconds, 1),
    }
    limits = at_most(parked_a_kill=4, parked_in_one_kill=SMTP_SLOTS)
    return Found(figures, (*none("lost", "twice", "extra", "without a reason", "dead"), *limits))


def _kill(rig: Rig, killing: Killing) -> list[float]:
    """Two workers and two beats; whoever is killed is replaced at once. When each kill was."""
    running = rig.workers(2)
    rig.beats(2)
    _under_way(rig)
    kills = []
    for _ in range(killing.kills):
        pause(rig.random.uniform(0.1, 2 * killing.every - 0.1))
        kills.append(_kill_one(rig, running))
    return kills


def _kill_one(rig: Rig, running: list[subprocess.Popen[bytes]]) -> float:
    victim = running.pop(rig.random.randrange(len(running)))
    rig.processes.kill(victim)
    at = time.time()
    running.append(rig.processes.firstwin("worker"))
    return at


def _under_way(rig: Rig) -> None:
    rig.reaches(1, 60)


def _parked_at(rig: Rig) -> Sequence[float]:
    return [_moment(each["began_at"]) for each in rig.ledger.attempts() if each["state"] == "unknown"]


def _moment(at: datetime) -> float:
    return at.timestamp()


ROWS = (
    Row(
        "kill-webhook",
        "kill -9 of a random worker at 50 random moments, 10,000 webhook deliveries",
        kill_webhooks,
        alone=True,
        size="both",
    ),
    Row("kill-mail", "the same with 3,000 mails, and `park`", kill_mails, alone=True),
)
