"""A rule file that is changed, made invalid and taken away while workers run."""

from __future__ import annotations

import json
from pathlib import Path

from tests.chaos import facts, project
from tests.chaos.figures import Found, Number, at_most, none
from tests.chaos.rig import Rig
from tests.chaos.row import Row
from tests.chaos.waiting import pause, until

EACH = 20
LOOK_S = 5.0  # a worker takes up changed files within seconds
MOST_WAIT_S = 150.0


def files(rig: Rig) -> Found:
    rig.begin(rig.hook())
    rig.workers(2)
    rig.beats(2)
    file = rig.folder / "rules" / "hello.yaml"
    good = file.read_text()
    _told(rig)
    file.write_text(good + "only_if: {account.name: {exists: true}}\n")
    pause(LOOK_S)
    _told(rig)
    seen = _broken(rig, file)
    _told(rig)
    file.unlink()
    pause(LOOK_S)
    rig.processes.run("tick", "--at", facts.ago())
    file.write_text(good)
    pause(LOOK_S)
    _told(rig)
    counted = rig.counted()
    figures: dict[str, Number] = {
        "accounts": counted.due,
        "seconds until the mistake is told": round(seen, 1),
        "nudged again": len(rig.ledger.rows()) - counted.due,
        "lost": counted.lost,
        "twice": counted.twice,
        "extra": counted.extra,
    }
    limits = at_most(seconds_until_the_mistake_is_told=10)
    return Found(figures, (*none("nudged again", "lost", "twice", "extra"), *limits))


def _told(rig: Rig) -> None:
    """A few more accounts sign up, and each is told, by whichever version stands."""
    rig.sign_up(facts.named(EACH, first=len(rig.accounts)), at=facts.ago(seconds=1), decides=False)
    rig.processes.run("tick", "--at", facts.ago(), code=None)  # a project with mistakes cannot be matched by hand
    until(lambda: rig.ledger.delivered() >= len(rig.accounts), MOST_WAIT_S, "All are delivered")


def _broken(rig: Rig, file: Path) -> float:
    """How long until a worker and `firstwin health` have said so."""
    file.write_text(project.rule("{webhok: hello, to: hook}"))

    def is_told() -> bool:
        wrong = json.loads(rig.processes.run("health", "--json", code=None))["wrong"]
        return any("mistakes" in each for each in wrong) and "project.invalid" in rig.processes.logs()

    return until(is_told, MOST_WAIT_S, "The mistake is told")


ROWS = (Row("rule-files", "a rule file changed, made invalid, and removed while running", files),)
