"""Five hundred alerts at once to one Slack webhook, which takes one message a second."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from tests.chaos import facts, project
from tests.chaos.accounting import most_within
from tests.chaos.figures import Found, Limit, Number, none
from tests.chaos.rig import Rig
from tests.chaos.row import Row

WINDOW_S = 10.0
RATE = "a second over any 10 s"
STEPS = ("first", "second")
MOST_WAIT_S = 900.0


def alerts(rig: Rig) -> Found:
    """Two rules tell about each account; of the second rule every account's alert is due after that of the first."""
    accounts = rig.scope.pick(20, 250)
    made = rig.hook()
    chat = f'type: slack, url: "{rig.receiver.url}/chat", allow_private: true'
    steps = {
        f"{step}-alert": f"---\ntitle: {step} of {{{{ account.id }}}}\nnext_step: Call.\n---\nNow.\n" for step in STEPS
    }
    rules = {step: project.rule(f"{{alert: {step}-alert, to: chat}}") for step in STEPS}
    templates = {**made.templates, **{f"alert/{name}.md": text for name, text in steps.items()}}
    rig.begin(replace(made, senders={**made.senders, "chat": chat}, rules=rules, templates=templates))
    rig.sign_up(facts.named(accounts))
    rig.workers(2)
    rig.beats(2)
    rig.settled(MOST_WAIT_S)
    return _found(rig, len(STEPS) * accounts)


def _found(rig: Rig, due: int) -> Found:
    requests = rig.receiver.requests("/chat")
    figures: dict[str, Number] = {
        "alerts": due,
        "lost": due - len({each.key for each in requests if each.was_taken}),
        "extra": len(requests) - due,
        RATE: most_within([each.at for each in requests], WINDOW_S) / WINDOW_S,
        "accounts out of order": _out_of_order(rig),
    }
    return Found(figures, (*none("lost", "extra", "accounts out of order"), Limit(RATE, "at most", 1.1)))


def _out_of_order(rig: Rig) -> int:
    """Accounts whose alerts began in another order than they became due."""
    began: defaultdict[str, list[int]] = defaultdict(list)
    for each in rig.ledger.attempts():
        if each["delivery_id"] not in began[each["subject"]]:
            began[each["subject"]].append(each["delivery_id"])
    return sum(ids != sorted(ids) for ids in began.values())


ROWS = (Row("slack", "500 alerts at once to one Slack webhook", alerts),)
