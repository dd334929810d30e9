"""An SMTP server that resets the connection at each phase of a mail."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.chaos import facts, project
from tests.chaos.figures import Found, Limit, Number, none
from tests.chaos.project import Project
from tests.chaos.rig import Rig
from tests.chaos.row import Row
from tests.chaos.waiting import until
from tests.senders.smtp_faults import PHASES

EACH = 4
OUT = ("BODY", "DOT")  # the text of a mail goes out in one piece with its final dot, unless it is a very long one
MOST_WAIT_S = 180.0
FROM_US_TO_US = ', from: "Rehearsal <hello@rehearsal.example>", to: cs@rehearsal.example'


def cut(rig: Rig) -> Found:
    """Each phase has a server of its own, so that no mail meets two; when each was tried once, all servers are well."""
    rig.begin(_project(rig))
    rig.receiver.behave(cuts=True)
    rig.sign_up(facts.named(EACH))
    rig.workers(1)
    rig.beats(1)
    outcomes = _first_outcomes(rig)
    rig.receiver.behave()
    rig.settled(MOST_WAIT_S)
    counted = rig.counted("smtp")
    before = [outcomes[phase] for phase in PHASES if phase not in OUT]
    figures: dict[str, Number] = {
        "mails": len(rig.ledger.rows()),
        "tried again before the final dot": sum(each["retry"] for each in before),
        "unknown before it": sum(each["unknown"] for each in before),
        "unknown after it": sum(outcomes[phase]["unknown"] for phase in OUT),
        "parked": counted.parked,
        "lost": counted.lost,
        "twice": counted.twice,
        "extra": counted.extra,
    }
    exactly = (
        Limit("tried again before the final dot", "is", EACH * len(before)),
        Limit("unknown after it", "is", EACH * len(OUT)),
        Limit("parked", "is", EACH * len(OUT)),
    )
    return Found(figures, (*none("unknown before it", "lost", "twice", "extra"), *exactly))


def _project(rig: Rig) -> Project:
    """Alerts by mail: an alert may name its server."""
    ports = rig.receiver.phase_ports
    servers = {f"at-{phase.lower()}": project.smtp(port, FROM_US_TO_US) for phase, port in ports.items()}
    rules = {name: project.rule(f"{{alert: hello, to: {name}}}") for name in servers}
    made = rig.hook()
    return replace(made, senders={**made.senders, **servers}, rules=rules)


def _first_outcomes(rig: Rig) -> dict[str, Counter[str]]:
    """By phase."""
    found: dict[int, tuple[str, str]] = {}

    def are_there() -> bool:
        for each in rig.ledger.attempts():
            if each["outcome"]:
                found.setdefault(each["delivery_id"], (each["rule"].removeprefix("at-").upper(), each["outcome"]))
        return len(found) == EACH * len(PHASES)

    until(are_there, MOST_WAIT_S, "Each mail has been tried")
    outcomes = {phase: Counter[str]() for phase in PHASES}
    for phase, outcome in found.values():
        outcomes[phase][outcome] += 1
    return outcomes


ROWS = (Row("smtp-cut", "SMTP cut at each phase, 4 mails each", cut),)
