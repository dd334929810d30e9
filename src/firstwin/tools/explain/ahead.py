"""When a rule could fire next for a subject if nothing else happens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from firstwin.match.next_moment import next_moment
from firstwin.match.starts.yearly import coming
from firstwin.rules.durations import say_duration
from firstwin.rules.say import say_start
from firstwin.rules.terms import BecomesStart, DateStart, Rule
from firstwin.tools.explain.answer import Condition, Next, StartSeen
from firstwin.tools.explain.clauses import conditions
from firstwin.tools.explain.found import Untaken
from firstwin.tools.explain.question import Question

MOST = 12  # moments at which a state is asked about


def ahead(question: Question, starts: Sequence[StartSeen], stand_in: Untaken | None, is_true: bool | None) -> Next:
    """``is_true`` is whether the state holds now, of a rule that begins with one; ``stand_in`` a start to ask it with."""
    told = [(step.would, step) for start in starts for step in start.steps if step.would]
    coming = sorted(told, key=lambda each: each[0].until or each[0].at)
    goes = ((would.until or would.at, step) for would, step in coming if would.outcome == "nudge" or would.until)
    fires = [(at, step) for at, step in goes if at >= question.now]
    if fires:
        at, step = fires[0]
        return Next(at, f"step “{step.name}”" if step.name else step.says)
    held = [would for would, _ in coming if would.outcome == "hold" and would.until is None]
    if held:
        return Next(None, f"once it is held back no more{held[0].detail and f': {held[0].detail}'}")
    if isinstance(question.rule.when, BecomesStart) and not is_true and stand_in is not None:
        return _state(question, stand_in)
    if isinstance(question.rule.when, DateStart) and question.rule.when.yearly:
        return _next_year(question)
    return Next(None, f"{_begins(question.rule, question)}{_again(question)}")


def _begins(rule: Rule, question: Question) -> str:
    return say_start(rule.when, question.labels)


def _again(question: Question) -> str:
    again, nudged = question.rule.again, [row["decided_at"] for row in question.kept.nudges]
    if not nudged or again.kind == "every time":
        return ""
    if again.kind == "never":
        return ", but never a second time, and it was nudged already"
    return (
        f", and not before {max(nudged) + again.after:%Y-%m-%d %H:%M} UTC ({say_duration(again.after)} after the last)"
    )


def _next_year(question: Question) -> Next:
    at = coming(question.connection, question.asked, question.moment(), question.subject)
    again = _again(question)
    if at is None or (again and question.rule.again.kind == "never"):
        return Next(None, f"{_begins(question.rule, question)}{again}")
    due = min(at + step.wait for step in question.rule.steps if at + step.wait > question.now)
    return Next(due, f"its date comes round at {at:%Y-%m-%d %H:%M} UTC{again}")


def _state(question: Question, stand_in: Untaken) -> Next:
    """The first moment at which the clock alone makes the state true."""
    if not isinstance(question.rule.when, BecomesStart):
        raise TypeError(question.rule.id)
    at: datetime | None = question.now
    for _ in range(MOST):
        at = next_moment(
            question.connection, question.asked, question.moment(at), question.rule.when.condition, question.subject
        )
        if at is None:
            return Next(None, "time alone does not make it true: something has to happen")
        if _becomes(question, stand_in, at).passes:
            wait = max(step.wait for step in question.rule.steps[:1])
            return Next(at + wait, f"it becomes true at {at:%Y-%m-%d %H:%M} UTC if nothing else happens")
    return Next(None, f"not before {at:%Y-%m-%d %H:%M} UTC")


def _becomes(question: Question, stand_in: Untaken, at: datetime) -> Condition:
    with question.supposing([stand_in.row]):
        found = conditions(
            question.connection, question.asked, question.moment(at), stand_in.row["id"], question.labels
        )
    return next(one for one in found if one.role == "becomes")
