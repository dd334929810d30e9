"""Until when quiet hours would keep back what a step would send."""

from __future__ import annotations

from datetime import datetime

from firstwin.db.tables import LIVE
from firstwin.decide.value import Nudge, Planned
from firstwin.facts.timeline import KNOWN
from firstwin.outbox.peace import AT_ANY_TIME
from firstwin.rules.say import say_action
from firstwin.tools.explain.question import Question


def kept_back(question: Question, nudge: Nudge, at: datetime) -> dict[str, datetime]:
    """By what it would do, in words: when the first of its mails leaves. What leaves at once for somebody is left out."""
    if nudge.mode == "shadow" or question.peace.hours is None:
        return {}
    waits: dict[str, list[datetime | None]] = {}
    for says, end in _ends(question, nudge, at):
        waits.setdefault(says, []).append(end)
    known = {says: [end for end in ends if end is not None] for says, ends in waits.items()}
    return {says: min(ends) for says, ends in known.items() if len(ends) == len(waits[says])}


def _ends(question: Question, nudge: Nudge, at: datetime) -> list[tuple[str, datetime | None]]:
    """Each of its messages. Zones as they are known now: nobody knows who moves until then."""
    account = nudge.account_id if question.rule.about == "person" else nudge.match.start.subject
    whom = [(planned.person_id, account) for planned in nudge.planned]
    seen = KNOWN if question.is_past or question.run != LIVE else None
    zones = question.peace.zones(question.connection, min(at, question.now), seen, whom)
    return [
        (say_action(planned.action), None if _goes(planned) else question.peace.until(zones[who], at))
        for planned, who in zip(nudge.planned, whom, strict=True)
    ]


def _goes(planned: Planned) -> bool:
    return planned.channel != "email" or planned.message_class == AT_ANY_TIME
