"""PostgreSQL killed under load, and connections that are lost just after COMMIT was sent."""

from __future__ import annotations

from tests.chaos import facts
from tests.chaos.answers import Answer
from tests.chaos.figures import Found, Number, at_least, at_most, none
from tests.chaos.postgres import Postgres
from tests.chaos.proxy import Proxy
from tests.chaos.rig import Rig
from tests.chaos.row import Row
from tests.chaos.waiting import pause, until

AWAY_S = 5.0
MOST_WAIT_S = 300.0
BOOT_S = 60.0


def killed(rig: Rig) -> Found:
    """The sink takes a while, so that there is work left for the last time."""
    assert rig.postgres is not None
    rig.begin(rig.hook())
    rig.receiver.behave(http={"/hook": [Answer(delay=0.4)]})
    rig.sign_up(facts.named(rig.scope.pick(600, 5_000)))
    workers = rig.workers(2)
    rig.beats(2)
    rig.reaches(1, BOOT_S)
    back = [_kill(rig, rig.postgres) for _ in range(rig.scope.pick(1, 5))]
    rig.settled(MOST_WAIT_S)
    counted = rig.counted()
    figures: dict[str, Number] = {
        "deliveries": counted.due,
        "kills": len(back),
        "lost": counted.lost,
        "twice": counted.twice,
        "extra": counted.extra,
        "dead": counted.dead,
        "seconds until work goes on": round(max(back), 1),
        "workers that ended": sum(worker.poll() is not None for worker in workers),
    }
    limits = at_most(seconds_until_work_goes_on=15)
    return Found(figures, (*none("lost", "twice", "dead", "workers that ended"), *limits))


def _kill(rig: Rig, postgres: Postgres) -> float:
    """How long after it was back the next delivery was written down as delivered."""
    pause(rig.random.uniform(0.5, 2))
    postgres.kill()
    pause(AWAY_S)
    postgres.start()
    known = rig.ledger.delivered()
    return until(lambda: rig.ledger.delivered() > known, 60, "Deliveries go on")


def cut_after_commit(rig: Rig) -> Found:
    """Each time the commit has reached the server, which does it, and its answer never comes."""
    assert rig.postgres is not None
    proxy = rig.stack.enter_context(Proxy(rig.postgres.socket))
    rig.begin(rig.hook())
    rig.receiver.behave(http={"/hook": [Answer(delay=0.1)]})
    rig.sign_up(facts.named(4_000))
    rig.processes.settings["DATABASE_URL"] = f"postgresql://postgres@127.0.0.1:{proxy.port}/postgres"
    rig.workers(2)
    rig.beats(2)
    rig.reaches(1, BOOT_S)
    proxy.faults.cut_at = b"COMMIT"
    _cut(rig, proxy, 100)
    rig.settled(MOST_WAIT_S)
    counted = rig.counted()
    figures: dict[str, Number] = {
        "deliveries": counted.due,
        "cuts": proxy.done.count("cut at the word"),
        "lost": counted.lost,
        "twice": counted.twice,
        "extra": counted.extra,
        "dead": counted.dead,
    }
    return Found(figures, (*none("lost", "twice", "dead"), *at_least(cuts=100)))


def _cut(rig: Rig, proxy: Proxy, times: int) -> None:
    """One by one, at moments that are drawn."""
    for _ in range(times):
        pause(rig.random.uniform(0.02, 0.2))
        proxy.faults.cuts = 1
        until(lambda: not proxy.faults.cuts, 60, "A commit to cut")


ROWS = (
    Row(
        "postgres-killed", "PostgreSQL killed × 5, each time for 5 s", killed, ("postgresql",), alone=True, size="both"
    ),
    Row("commit-cut", "the connection cut after COMMIT was sent × 100", cut_after_commit, ("postgresql",), alone=True),
)
