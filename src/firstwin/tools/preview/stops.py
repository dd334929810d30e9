"""Why a step would not be sent to a subject as things stand, whatever its messages look like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from firstwin.decide.value import Reason
from firstwin.rules.terms import BecomesStart, Step
from firstwin.tools.explain.answer import Condition, Would
from firstwin.tools.explain.clauses import conditions
from firstwin.tools.explain.kept import Row
from firstwin.tools.explain.question import Question
from firstwin.tools.explain.would import HELD_OUT, IN_SHADOW, outcomes

ROLES: Final = {"until": "until", "unless": "unless", "only_if": "only if"}
OF_GATES: Final = {Reason.GATE_FALSE, Reason.GOAL_MET}
OF_MESSAGES: Final = {Reason.NO_ADDRESS, Reason.SUPPRESSED}  # each says so itself
OF_STARTS: Final = {Reason.STATE_ENDED, Reason.DATE_MOVED, Reason.REPLACED}  # what is made up has nothing to lose


def stops(question: Question, start: Row, step: Step, *, made_up: bool) -> Iterator[str]:
    """The worker's own deciding, as if the step were due at this moment."""
    row = {**start, "state": "open", "reason": None, "seen_at": question.now}
    with question.supposing([row]):
        judged = conditions(question.connection, question.asked, question.moment(), row["id"], question.labels)
    if made_up and isinstance(question.rule.when, BecomesStart):
        yield from (f"its state is not true now: {one.node.says}" for one in judged if _fails(one, "becomes"))
    due = {
        "start_id": row["id"], "step": step.name, "run": question.run, "rule": question.rule.id,
        "due_at": question.now, "state": "waiting",
    }  # fmt: skip
    would = outcomes(question, row, [due]).get(step.name)
    if would is not None:
        yield from _told(would, [one for one in judged if one.step in ("", step.name)], made_up=made_up)


def _fails(condition: Condition, role: str) -> bool:
    return condition.role == role and not condition.passes


def _told(would: Would, judged: list[Condition], *, made_up: bool) -> Iterator[str]:
    yield from (f"it would {deed}" for deed in would.does if deed in (IN_SHADOW, HELD_OUT))
    if would.outcome == "nudge":
        return
    if would.reason in OF_GATES:
        yield from (_in_words(one) for one in judged if one.role in ROLES and not one.passes)
    elif would.reason not in OF_MESSAGES and not (made_up and would.reason in OF_STARTS):
        yield _held(would) if would.reason == Reason.FEED_STALE else ": ".join(filter(None, (would.why, would.detail)))


def _held(would: Would) -> str:
    """A feed that never was has not stopped: the sentence tells which it is."""
    return f"the rule holds its nudges: {would.detail}"


def _in_words(condition: Condition) -> str:
    holds = "holds" if condition.node.holds else "does not hold"
    return f"`{ROLES[condition.role]}` {condition.node.says}: that {holds}"
