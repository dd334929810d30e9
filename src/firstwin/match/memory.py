"""What is remembered of starts: taken, noted, left; and the steps that are due for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from firstwin.db import tables
from firstwin.match import gates
from firstwin.match.plan import Asked, Moment
from firstwin.match.starts.found import Found, Leaving
from firstwin.rules.terms import ChangedStart, EventStart, Rule

start, step_due = tables.start, tables.step_due
T = TypeVar("T")


@dataclass(frozen=True)
class Span:
    """A taken start: from its moment until its last step is due."""

    id: int | None
    at: datetime
    ends_at: datetime
    is_open: bool = True

    def overlaps(self, at: datetime, ends_at: datetime) -> bool:
        return self.at < ends_at and at < self.ends_at


def length_of(rule: Rule) -> timedelta:
    """How long a start of this rule runs: the longest wait of its steps."""
    return max((step.wait for step in rule.steps), default=timedelta(0))


def leave(connection: Connection, asked: Asked, moment: Moment, left: Iterable[Leaving]) -> None:
    """Ends the open starts of these subjects, and drops the steps that were still due."""
    for leaving in left:
        ending = (
            update(start)
            .where(start.c.run == moment.run, start.c.rule == asked.rule.id, start.c.state == "open")
            .where(start.c.subject == leaving.subject)
            .values(state="left", reason=leaving.reason)
        )
        connection.execute(ending if leaving.but is None else ending.where(start.c.key != leaving.but))


def end_starts(connection: Connection, ids: Sequence[int], reason: str) -> None:
    """Ends these starts: their goal is met, or they may not go on."""
    for some in _portions(ids):
        connection.execute(update(start).where(start.c.id.in_(some)).values(state="left", reason=reason))


def finish(connection: Connection, ids: Sequence[int]) -> None:
    """Marks those of the open starts that have no step waiting as done."""
    waiting = (
        select(step_due.c.start_id).where(step_due.c.start_id == start.c.id, step_due.c.state == "waiting").exists()
    )
    for some in _portions(ids):
        connection.execute(
            update(start).where(start.c.id.in_(some), start.c.state == "open", ~waiting).values(state="done")
        )


def settle_steps(connection: Connection, done: Sequence[tuple[int, str, str]]) -> None:
    """Writes what became of due steps: (start, step, ``done`` or ``skipped``)."""
    if done:
        written = (
            update(step_due)
            .where(step_due.c.start_id == bindparam("of_start"), step_due.c.step == bindparam("of_step"))
            .values(state=bindparam("became"))
        )
        connection.execute(written, [{"of_start": i, "of_step": s, "became": b} for i, s, b in done])


def take(connection: Connection, asked: Asked, moment: Moment, found: Sequence[Found]) -> int:
    """Takes the starts that may begin, in the order in which they happened; notes the others. Returns how many began."""
    returning = [f for f in found if f.returns is not None]
    _reopen(connection, [f.returns for f in returning if f.returns is not None])
    fresh = [f for f in found if f.returns is None]
    busy = _Busy(connection, asked, moment, fresh)
    rows = [_row(asked, moment, f, begins=busy.lets(f)) for f in fresh]
    _replace_older(connection, asked, moment, fresh)
    begun = _insert(connection, rows)
    _schedule(connection, asked, moment, begun)
    return len(begun) + len(returning)


class _Busy:
    """Which subjects have a start running already, so that a further one is noted and not taken."""

    def __init__(self, connection: Connection, asked: Asked, moment: Moment, found: Sequence[Found]) -> None:
        self.length = length_of(asked.rule)
        self.spans: dict[tuple[str, str], list[Span]] = defaultdict(list)
        if self.length > timedelta(0) and _may_overlap(asked.rule):
            self._load(connection, asked, moment, found)
            self.matters = True
        else:
            self.matters = False

    def _load(self, connection: Connection, asked: Asked, moment: Moment, found: Sequence[Found]) -> None:
        for some in _portions(sorted({f.subject for f in found})):
            query = select(start.c.id, start.c.subject, start.c.per, start.c.at, start.c.ends_at, start.c.state).where(
                start.c.run == moment.run,
                start.c.rule == asked.rule.id,
                start.c.subject.in_(some),
                or_(start.c.state == "open", start.c.state == "done"),
            )
            for row in connection.execute(query):
                span = Span(row.id, row.at, row.ends_at, row.state == "open")
                self.spans[row.subject, row.per].append(span)
        self._end_those_with_goal_met(connection, asked, moment, found)

    def _end_those_with_goal_met(
        self, connection: Connection, asked: Asked, moment: Moment, found: Sequence[Found]
    ) -> None:
        in_the_way = {
            span.id
            for f in found
            for span in self.spans[f.subject, f.per]
            if span.id is not None and span.is_open and span.overlaps(f.at, f.at + self.length)
        }
        if asked.rule.until is None or not in_the_way:
            return
        met = gates.with_goal_met(connection, asked, moment, sorted(in_the_way))
        end_starts(connection, sorted(met), "goal_met")
        for key, spans in self.spans.items():
            self.spans[key] = [span for span in spans if span.id not in met]

    def lets(self, f: Found) -> bool:
        """Whether this start may begin; if so it is running from then on."""
        if not self.matters:
            return True
        spans, ends_at = self.spans[f.subject, f.per], f.at + self.length
        if any(span.overlaps(f.at, ends_at) for span in spans):
            return False
        spans.append(Span(None, f.at, ends_at))
        return True


def _may_overlap(rule: Rule) -> bool:
    """Of the n-th event, the latest, a date or a state there is only one at a time."""
    return isinstance(rule.when, ChangedStart) or (isinstance(rule.when, EventStart) and rule.when.which == "every")


def _row(asked: Asked, moment: Moment, f: Found, *, begins: bool) -> dict[str, Any]:
    return {
        "run": moment.run,
        "rule": asked.rule.id,
        "subject": f.subject,
        "key": f.key,
        "per": f.per,
        "at": f.at,
        "ends_at": f.at + max(length_of(asked.rule), timedelta(0)),
        "seen_at": moment.now,
        "state": "open" if begins else "noted",
        "reason": None if begins else "already_running",
        "rule_version": asked.rule.version,
        "actor": f.actor,
        "props": dict(f.props),
    }


def _replace_older(connection: Connection, asked: Asked, moment: Moment, found: Sequence[Found]) -> None:
    """With ``which: latest`` a newer event takes the place of the running start."""
    if not (isinstance(asked.rule.when, EventStart) and asked.rule.when.which == "latest"):
        return
    for f in found:
        connection.execute(
            update(start)
            .where(start.c.run == moment.run, start.c.rule == asked.rule.id, start.c.subject == f.subject)
            .where(start.c.per == f.per, start.c.state == "open")
            .values(state="left", reason="replaced")
        )


def _reopen(connection: Connection, ids: Sequence[int]) -> None:
    """A date that was moved back: the same start goes on, with the steps that it had."""
    for some in _portions(ids):
        connection.execute(update(start).where(start.c.id.in_(some)).values(state="open", reason=None))


def _insert(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[Row[Any]]:
    if not rows:
        return []
    statement = insert(start).returning(start.c.id, start.c.at, start.c.state)
    return [row for row in connection.execute(statement, rows) if row.state == "open"]


def _schedule(connection: Connection, asked: Asked, moment: Moment, begun: Iterable[Row[Any]]) -> None:
    rows = [
        {
            "start_id": row.id,
            "step": step.name,
            "run": moment.run,
            "rule": asked.rule.id,
            "due_at": row.at + step.wait,
            "state": "waiting",
        }
        for row in begun
        for step in asked.rule.steps
    ]
    if rows:
        connection.execute(insert(step_due), rows)


def _portions(items: Sequence[T], size: int = 5000) -> Iterator[Sequence[T]]:
    for first in range(0, len(items), size):
        yield items[first : first + size]
