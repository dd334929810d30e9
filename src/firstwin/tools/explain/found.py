"""The starts that the facts show and no tick has taken, and why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from firstwin.db.types import EPOCH
from firstwin.decide.value import Reason
from firstwin.match import gates
from firstwin.match.plan import Asked
from firstwin.match.running import Running, length_of
from firstwin.match.starts.found import Found
from firstwin.match.starts.kinds import kind_of
from firstwin.rules.terms import BecomesStart
from firstwin.tools.explain.kept import Row
from firstwin.tools.explain.question import Question

MOST = 5
HISTORY = "it came with `firstwin import --history`, which nudges nobody"
NOT_YET = "no tick has seen it yet: the next one takes it"
NO_WORKER = "no worker has taken up the rule yet, and starts from before it does are left alone"
MEANT = "no tick took it; this is what the rule says of it"


@dataclass(frozen=True)
class Untaken:
    """``row`` is what a tick would keep of it. ``goes`` is whether one would take it, or would have taken it."""

    row: Row
    goes: bool
    reason: str | None
    why: str


def untaken(question: Question) -> tuple[list[Untaken], int]:
    """The newest first, and how many older ones there are."""
    if isinstance(question.rule.when, BecomesStart):
        return [], 0
    found = _look(question, question.all_known, EPOCH)
    fresh = _fresh(question, found)
    newest = found[-MOST:]
    return list(reversed(list(_each(question, newest, fresh)))), len(found) - len(newest)


def _look(question: Question, asked: Asked, earliest: datetime) -> list[Found]:
    """The worker's own look for starts, at all facts of this one subject."""
    with question.supposing(question.kept.starts, only=True):
        kind = kind_of(asked)
        findings = kind.look(question.connection, asked, question.moment(), earliest, True)
    ours = (one for one in findings.found if one.subject == question.subject and one.key not in question.kept.taken)
    return sorted(ours, key=lambda one: (one.at, one.key))


def _fresh(question: Question, found: Sequence[Found]) -> frozenset[str]:
    """The keys of those that the next tick takes; all of them, where the question is what the rule would have said."""
    if question.is_past:
        return frozenset(one.key for one in found)
    if not found or question.active_from is None:
        return frozenset()
    earliest = EPOCH if question.rule.only_records else question.active_from - question.rule.backfill
    return frozenset(one.key for one in _look(question, question.asked, earliest))


def _each(question: Question, found: Sequence[Found], fresh: frozenset[str]) -> Iterator[Untaken]:
    taken = [row for row in question.kept.starts if row["state"] in ("open", "done")]
    for number, one in enumerate(found, 1):
        row = made_row(question, one, -number)
        if one.key not in fresh:
            yield _left_alone(question, row)
        elif _is_running(question, row, taken):
            yield Untaken(row, False, Reason.ALREADY_RUNNING, "")
        else:
            taken.append(row)
            yield Untaken(row, True, None, MEANT if question.is_past else NOT_YET)


def _left_alone(question: Question, row: Row) -> Untaken:
    if question.active_from is None:
        return Untaken(row, False, None, NO_WORKER)
    if row["at"] < question.active_from - question.rule.backfill:
        return Untaken(row, False, Reason.BEFORE_RULE, f"the rule began at {question.active_from:%Y-%m-%d %H:%M} UTC")
    return Untaken(row, False, None, HISTORY)


def _is_running(question: Question, row: Row, taken: Sequence[Row]) -> bool:
    """Whether an earlier start stands in its way: one that has not ended by its steps or by its goal."""
    with question.supposing(()):
        matters = Running(question.connection, question.asked, question.moment(), ()).matters
    before = [one for one in taken if matters and one["per"] == row["per"] and _overlap(one, row)]
    if not before or question.rule.until is None:
        return bool(before)
    with question.supposing(before):
        at = question.moment(max(row["at"], EPOCH))
        met = gates.with_goal_met(question.connection, question.asked, at, [one["id"] for one in before])
    return any(one["id"] not in met for one in before)


def _overlap(one: Row, other: Row) -> bool:
    return bool(one["at"] < other["ends_at"] and other["at"] < one["ends_at"])


def made_row(question: Question, found: Found, id_: int) -> Row:
    """As a tick would keep it."""
    rule = question.rule
    return {
        "id": id_,
        "run": question.run,
        "rule": rule.id,
        "subject": found.subject,
        "key": found.key,
        "per": found.per,
        "at": found.at,
        "ends_at": found.at + max(length_of(rule), timedelta(0)),
        "seen_at": min(found.at, question.now) if question.is_past else question.now,
        "state": "open",
        "reason": None,
        "rule_version": rule.version,
        "actor": found.actor,
        "props": dict(found.props),
    }
