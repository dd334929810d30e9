"""The same event three times, out of order, two hours late, and from the future: one decision for each account."""

from __future__ import annotations

import json
from collections import Counter

from tests.chaos import facts
from tests.chaos.figures import Found, Number, none
from tests.chaos.rig import Rig
from tests.chaos.row import Row
from tests.chaos.waiting import pause, until

EACH = 50
AHEAD_S = 20
MOST_WAIT_S = 180.0


def events(rig: Rig) -> Found:
    """Three files with the same messages, each in an order of its own, while workers are at it; at last each once more."""
    rig.begin(rig.hook())
    rig.workers(2)
    rig.beats(2)
    rig.accounts = facts.named(3 * EACH)
    when = [facts.ago(minutes=1), facts.ago(hours=2), facts.ago(seconds=-AHEAD_S)]
    lines = [
        json.dumps(line) for number, each in enumerate(rig.accounts) for line in facts.signup(each, when[number % 3])
    ]
    for number in range(3):
        _import(rig, lines, number)
        pause(3)
    until(
        lambda: rig.ledger.left() == 0 and len(rig.ledger.rows()) >= len(rig.accounts), MOST_WAIT_S, "All are decided"
    )
    _import(rig, lines, 3)
    rig.processes.run("tick", "--at", facts.ago())
    pause(AHEAD_S)
    rig.settled(MOST_WAIT_S)
    return _found(rig)


def _import(rig: Rig, lines: list[str], number: int) -> None:
    rig.random.shuffle(lines)
    file = rig.folder / f"facts-{number}.jsonl"
    file.write_text("\n".join(lines) + "\n")
    rig.processes.run("import", "--live", str(file))


def _found(rig: Rig) -> Found:
    counted = rig.counted()
    decisions = Counter(row.subject for row in rig.ledger.rows())
    figures: dict[str, Number] = {
        "accounts": counted.due,
        "decided once": sum(number == 1 for number in decisions.values()),
        "decided more than once": sum(number > 1 for number in decisions.values()),
        "lost": counted.lost,
        "twice": counted.twice,
        "extra": counted.extra,
    }
    return Found(figures, none("decided more than once", "lost", "twice", "extra"))


ROWS = (Row("events", "the same event three times, out of order, 2 h late, and from the future", events),)
