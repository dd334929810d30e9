"""What would come of a start if nothing else happens: the worker's own deciding, at each moment that a step is due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from firstwin.decide.value import Decision, Hold, Nudge, Reason, Skip
from firstwin.match import gates
from firstwin.match.plan import Asked
from firstwin.match.seen import Seen
from firstwin.outbox.judge import why_cancelled
from firstwin.rules.say import say_action
from firstwin.rules.terms import Step
from firstwin.tick.decisions import decided_of_due
from firstwin.tools.explain.answer import Would
from firstwin.tools.explain.kept import Row
from firstwin.tools.explain.question import Question
from firstwin.tools.explain.quiet import kept_back
from firstwin.tools.reasons import in_words

MOST = 6  # steps of one start that are looked ahead at
IN_SHADOW = "note it, and send nothing: the rule is in shadow"
HELD_OUT = "count it as nudged, and send nothing: it is in the share that the rule holds out"
AT_THE_WIRE = "it would be decided, and held back at the moment of sending"


def outcomes(question: Question, start: Row, steps: Sequence[Row]) -> dict[str, Would]:
    """By step, for those that wait, in the order in which they are due; after one that ends the start nothing comes."""
    found: dict[str, Would] = {}
    nudged = list(question.kept.nudges)
    for row in sorted(steps, key=lambda one: one["due_at"])[:MOST]:
        decision, would = _outcome(question, start, row, nudged)
        if would is None:
            continue
        found[row["step"]] = would
        if isinstance(decision, Nudge):
            nudged.append(_nudge(start, row, would.at, question))
        if isinstance(decision, Skip) and decision.ends_start:
            break
    return found


def _outcome(question: Question, start: Row, step: Row, nudged: Sequence[Row]) -> tuple[Decision | None, Would | None]:
    at = max(step["due_at"], question.now) if _is_ahead(question, step) else step["due_at"]
    asked = question.asked if at >= question.now else question.seen(Seen("known"))
    waiting, silent = {**step, "state": "waiting"}, question.silent(at)
    with question.supposing([{**start, "state": "open", "reason": None}], [waiting], nudged):
        decided = decided_of_due(question.connection, question.env, asked, question.moment(at), question.began, silent)
        if not decided:
            return None, None
        stopped = _stopped_at_the_wire(question, asked, start, decided[0], at)
    return decided[0], stopped or _would(question, decided[0], at, silent)


def _is_ahead(question: Question, step: Row) -> bool:
    """In the past a step was decided when it was due; now it is decided by the next tick."""
    return not question.is_past or step["due_at"] > question.now


def _stopped_at_the_wire(
    question: Question, asked: Asked, start: Row, decision: Decision, at: datetime
) -> Would | None:
    if not isinstance(decision, Nudge) or not decision.planned:
        return None
    step = decision.match.step
    found = gates.standing(question.connection, asked, question.moment(at), step, [start["id"]], evidence=False)
    reason = why_cancelled(found.get(start["id"]))
    return None if reason is None else Would(at, "skip", (), reason, in_words(reason), AT_THE_WIRE)


def _would(question: Question, decision: Decision, at: datetime, silent: Mapping[str, str]) -> Would:
    match decision:
        case Nudge():
            return _goes_or_waits(decision, at, kept_back(question, decision, at))
        case Skip(reason=reason, detail=detail):
            return Would(at, "skip", (), reason.value, in_words(reason), detail)
        case Hold(match=match, reason=reason):
            why = silent.get(match.step.name, "") if reason is Reason.FEED_STALE else ""
            return Would(at, "hold", (), reason.value, in_words(reason), why)


def _goes_or_waits(nudge: Nudge, at: datetime, waits: Mapping[str, datetime]) -> Would:
    """It is held where all that it would do is."""
    if not waits or nudge.records or any(say_action(planned.action) not in waits for planned in nudge.planned):
        return Would(at, "nudge", tuple(_does(nudge, waits)))
    until, reason = min(waits.values()), Reason.QUIET_HOURS
    return Would(at, "hold", tuple(_does(nudge, {})), reason.value, in_words(reason), _until(until), until)


def _until(at: datetime) -> str:
    return f"until {at:%Y-%m-%d %H:%M} UTC"


def _does(nudge: Nudge, waits: Mapping[str, datetime]) -> Iterator[str]:
    if nudge.mode == "shadow":
        yield IN_SHADOW
    if nudge.held_out:
        yield HELD_OUT
    for says in dict.fromkeys(say_action(planned.action) for planned in nudge.planned):
        yield f"{says} (held {_until(waits[says])} by quiet hours)" if says in waits else says
    yield from (say_action(record) for record in nudge.records)
    yield from (f"not {say_action(each.action)}: {each.detail or in_words(each.reason)}" for each in nudge.not_sent)


def _nudge(start: Row, step: Row, at: datetime, question: Question) -> Row:
    return {
        "id": -1, "run": question.run, "rule": question.rule.id, "rule_version": question.rule.version,
        "subject_kind": question.rule.about, "subject": start["subject"], "start_id": start["id"],
        "start_key": start["key"], "per": start["per"], "step": step["step"], "mode": question.rule.mode,
        "due_at": step["due_at"], "decided_at": at, "evidence": [],
    }  # fmt: skip


def expected(question: Question, start: Row) -> list[Row]:
    """The steps that a tick would make due for a start that it takes."""
    return [_due(question, start, step) for step in question.rule.steps]


def _due(question: Question, start: Row, step: Step) -> Row:
    return {
        "start_id": start["id"], "step": step.name, "run": question.run, "rule": question.rule.id,
        "due_at": start["at"] + step.wait, "state": "waiting",
    }  # fmt: skip
