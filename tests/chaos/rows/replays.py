"""A thousand dead deliveries that two people replay at the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.chaos import facts
from tests.chaos.answers import Answer
from tests.chaos.figures import Found, Limit, Number, none
from tests.chaos.rig import Rig
from tests.chaos.row import Row
from tests.chaos.waiting import until

SIZE = 1_000
MOST_WAIT_S = 120.0


def replay(rig: Rig) -> Found:
    rig.begin(rig.hook())
    rig.receiver.behave(http={"/hook": [Answer(status=400)]})
    rig.sign_up(facts.named(SIZE))
    rig.workers(2)
    rig.beats(1)
    until(lambda: rig.ledger.states()["dead"] == SIZE, MOST_WAIT_S, "All are dead")
    rig.receiver.behave()
    ids = [str(row.id) for row in rig.ledger.rows()]
    with ThreadPoolExecutor(2) as people:
        asked = [people.submit(_replay, rig, ids, who) for who in ("Ada", "Ben")]
        done = [int(one.result().split()[2].replace(",", "")) for one in asked]
    until(lambda: rig.ledger.delivered() == SIZE, MOST_WAIT_S, "All are delivered")
    times = Counter(each.key for each in rig.receiver.requests() if each.was_taken)
    counted = rig.counted()
    figures: dict[str, Number] = {
        "dead rows": SIZE,
        "replayed by the two": sum(done),
        "sent once": sum(number == 1 for number in times.values()),
        "sent more than once": sum(number > 1 for number in times.values()),
        "lost": counted.lost,
        "twice": counted.twice,
    }
    exactly = (Limit("replayed by the two", "is", SIZE), Limit("sent once", "is", SIZE))
    return Found(figures, (*none("lost", "twice", "sent more than once"), *exactly))


def _replay(rig: Rig, ids: Sequence[str], who: str) -> str:
    """By id, so that both mean the same rows, whoever comes first."""
    return rig.processes.run("deliveries", "replay", *ids, "--why", f"{who}: their server is back", "--yes")


ROWS = (Row("replay", "1,000 dead deliveries replayed twice at once", replay),)
