"""A sink that answers badly: 500, 429, redirects, 410, and a 200 that says no."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from email.utils import formatdate
from itertools import pairwise

from firstwin.outbox.schedule import WAITS
from tests.chaos import facts, project
from tests.chaos.answers import Answer
from tests.chaos.figures import Found, Limit, Number, none
from tests.chaos.project import Project
from tests.chaos.records import Request
from tests.chaos.rig import Rig
from tests.chaos.row import Row
from tests.chaos.waiting import until

EACH = 5  # messages to each destination
BROKEN_S = 600.0
ASKED_S = 8
LEAST = 0.8  # of a wait, as it is spread
NO = '{"ok": false, "error": "invalid_payload"}'
WAYS = ("broken", "seconds", "date", "nonsense", "elsewhere", "gone")
MOST_WAIT_S = 600.0


def answers(rig: Rig) -> Found:
    """Each destination has messages of its own, so that none waits behind another's."""
    rig.begin(_project(rig))
    began = time.time()
    back = began + BROKEN_S * rig.scope.scale
    rig.receiver.behave(http=_manners(rig, date=began + ASKED_S + 6))
    rig.sign_up(facts.named(EACH))
    rig.workers(2)
    rig.beats(1)
    until(lambda: time.time() > back, BROKEN_S + 60, "10 minutes of 500")
    rig.receiver.behave(http={**_manners(rig, date=began), "/broken": [Answer()]})
    until(lambda: _is_over(rig), MOST_WAIT_S, "Everything is settled")
    return _found(rig, date=began + ASKED_S + 6)


def _project(rig: Rig) -> Project:
    port = rig.receiver.http_port
    senders = {**rig.hook().senders, **{way: project.webhook(port, f"/{way}") for way in WAYS}}
    senders["chat"] = f'type: slack, url: "{rig.receiver.url}/chat", allow_private: true'
    rules = {way: project.rule(f"{{webhook: hello, to: {way}}}") for way in WAYS}
    return Project(senders, {**rules, "chat": project.rule("{alert: hello, to: chat}")})


def _manners(rig: Rig, date: float) -> Mapping[str, Sequence[Answer]]:
    def asking(after: str) -> Sequence[Answer]:
        return (Answer(429, {"Retry-After": after}), Answer())

    return {
        "/broken": [Answer(500)],
        "/seconds": asking(str(ASKED_S)),
        "/date": asking(formatdate(date, usegmt=True)),
        "/nonsense": asking("soon"),
        "/elsewhere": [Answer(302, {"Location": f"{rig.receiver.url}/target"})],
        "/gone": [Answer(410)],
        "/chat": [Answer(body=NO)],
    }


def _is_over(rig: Rig) -> bool:
    """What is held for a destination that is gone stays; what is held for one that rests goes on."""
    open_ = [row for row in rig.ledger.rows() if row.state not in ("delivered", "dead")]
    return all(row.state == "held" and row.what[4] == "gone" for row in open_)


def _found(rig: Rig, date: float) -> Found:
    requests = rig.receiver.requests()
    states = {way: [row.state for row in rig.ledger.rows() if row.what[4] == way] for way in (*WAYS, "chat")}
    waits = [wait.total_seconds() * rig.scope.scale * LEAST for wait in WAITS["webhook"]]
    too_early = sum(
        sum(gap < waits[number] for number, gap in enumerate(gaps, 1)) for gaps in _gaps(requests, "/broken")
    )
    too_early += sum(gap < ASKED_S for gaps in _gaps(requests, "/seconds") for gap in gaps)
    too_early += sum(each.at < int(date) for each in requests if each.way == "/date" and each.was_taken)
    too_early += sum(gap < waits[1] for gaps in _gaps(requests, "/nonsense") for gap in gaps)
    figures: dict[str, Number] = {
        "deliveries": sum(map(len, states.values())),
        "requests before the time": too_early,
        "requests to the redirect's target": sum(each.way == "/target" for each in requests),
        "delivered in the end": sum(
            states[way].count("delivered") for way in ("broken", "seconds", "date", "nonsense")
        ),
        "dead of a redirect": states["elsewhere"].count("dead"),
        "requests to what is gone": sum(each.way == "/gone" for each in requests),
        "taken for delivered after a no": states["chat"].count("delivered"),
        "lost": sum(states[way].count("delivered") < EACH for way in ("broken", "seconds", "date", "nonsense")),
    }
    exactly = (Limit("delivered in the end", "is", 4 * EACH), Limit("dead of a redirect", "is", EACH))
    nothing = none(
        "requests before the time", "requests to the redirect's target", "taken for delivered after a no", "lost"
    )
    return Found(figures, (*nothing, *exactly, Limit("requests to what is gone", "at most", EACH)))


def _gaps(requests: Sequence[Request], way: str) -> list[list[float]]:
    """By message, the seconds between its requests."""
    by_key: dict[str, list[float]] = {}
    for each in requests:
        if each.way == way:
            by_key.setdefault(each.key, []).append(each.at)
    return [[after - before for before, after in pairwise(sorted(moments))] for moments in by_key.values()]


ROWS = (
    Row(
        "answers",
        "sink: 500 for 10 min; 429 with Retry-After as seconds, as a date, and nonsense; redirects; 410; 200 `ok: false`",
        answers,
    ),
)
