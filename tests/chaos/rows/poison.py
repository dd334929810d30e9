"""One delivery whose template wants the whole memory, one whose task kills its process, and others beside them."""

from __future__ import annotations

import subprocess
import threading
from dataclasses import replace

from tests.chaos import facts, project
from tests.chaos.figures import Found, Limit, Number, none
from tests.chaos.rig import Rig
from tests.chaos.row import Row
from tests.chaos.waiting import pause

# A hundred thousand times a text that is itself repeated.
HUNGRY = (
    '{"type": "nudged", "data": {"account": "{{ account.id }}", "why": "'
    + "".join(f"{{% for {name} in '0123456789' %}}" for name in "abcde")
    + "{{ why ~ why ~ why ~ why ~ why ~ why ~ why ~ why }}"
    + "{% endfor %}" * 5
    + '"}}'
)
KILLER = "acme-00007"
MOST_WAIT_S = 420.0


def poison(rig: Rig) -> Found:
    """Each worker is started anew when it has died, as whoever watches over processes does."""
    made = rig.hook()
    hungry = project.rule("{webhook: hungry, to: hook}", when="asked_for_much")
    made = replace(made.with_rules(hungry=hungry), templates={**made.templates, "webhook/hungry.json": HUNGRY})
    rig.begin(made)
    rig.sign_up(facts.named(300))
    much = rig.folder / "much.jsonl"
    facts.write_signups(much, ["acme-hungry"], facts.ago(hours=1), event="asked_for_much")
    rig.processes.run("import", "--live", str(much))
    rig.processes.run("tick", "--at", facts.ago())
    deaths = _with_supervisors(rig)
    counted = rig.counted()
    dead = rig.ledger.reasons("dead")
    figures: dict[str, Number] = {
        "deliveries": counted.due + 1,
        "processes that died": deaths,
        "dead as poison": dead["poison"],
        "dead as not renderable": dead["render_error"],
        "delivered": rig.ledger.delivered(),
        "lost": counted.lost,
        "twice": counted.twice,
        "extra": counted.extra,
    }
    exactly = (
        Limit("dead as poison", "is", 1),
        Limit("dead as not renderable", "is", 1),
        Limit("delivered", "is", 299),
        Limit("processes that died", "is", 3),
    )
    return Found(figures, (*none("lost", "twice", "extra"), *exactly))


def _with_supervisors(rig: Rig) -> int:
    """How many workers died until all was settled."""
    rig.beats(1)
    settled = threading.Event()
    running = [_worker(rig) for _ in range(2)]
    deaths = 0

    def watch() -> None:
        nonlocal deaths
        while not settled.is_set():
            for number, worker in enumerate(running):
                if worker.poll() is not None:
                    deaths += 1
                    rig.processes.gone(worker)
                    running[number] = _worker(rig)
            pause(0.5)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        rig.settled(MOST_WAIT_S)
    finally:
        settled.set()
        watching.join()
    return deaths


def _worker(rig: Rig) -> subprocess.Popen[bytes]:
    return rig.processes.firstwin("worker", FAIL_AT=f"rendered@{KILLER}")


ROWS = (Row("poison", "a template that eats memory, a task that kills its process", poison),)
