"""Which starts are running: a further one of the same subject is noted, and not taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, bindparam, or_, select, update

from firstwin.db import tables
from firstwin.db.bulk import one_of, one_of_ids
from firstwin.match import gates
from firstwin.match.plan import Asked, Moment
from firstwin.match.scope import is_waiting
from firstwin.match.starts.found import Found
from firstwin.rules.terms import ChangedStart, EventStart, Rule

start, step_due = tables.start, tables.step_due


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


def end_starts(connection: Connection, ids: Sequence[int], reason: str) -> None:
    """Ends these starts, and drops the steps that were still due: what is left waiting is what a tick has to read."""
    if ids:
        connection.execute(_END, {"ids": list(ids), "why": reason})
        connection.execute(_DROP_STEPS, {"ids": list(ids)})


_END = update(start).where(one_of_ids(start.c.id, "ids")).values(state="left", reason=bindparam("why"))
_DROP_STEPS = (
    update(step_due).where(one_of_ids(step_due.c.start_id, "ids"), is_waiting(step_due)).values(state="dropped")
)


_TAKEN = (
    select(start.c.id, start.c.subject, start.c.per, start.c.at, start.c.ends_at, start.c.state)
    .where(start.c.run == bindparam("run"), start.c.rule == bindparam("rule"), one_of(start.c.subject, "subjects"))
    .where(or_(start.c.state == "open", start.c.state == "done"))
)


class Running:
    """Which subjects have a start running already, so that a further one is noted and not taken."""

    def __init__(self, connection: Connection, asked: Asked, moment: Moment, found: Sequence[Found]) -> None:
        self.length = length_of(asked.rule)
        self.has_goal = asked.rule.until is not None
        self.queued: set[tuple[str, str]] = set()
        self.spans: dict[tuple[str, str], list[Span]] = defaultdict(list)
        if self.length > timedelta(0) and _may_overlap(asked.rule):
            self._load(connection, asked, moment, found)
            self.matters = True
        else:
            self.matters = False

    def _load(self, connection: Connection, asked: Asked, moment: Moment, found: Sequence[Found]) -> None:
        subjects = list({f.subject for f in found})
        parameters = {"run": moment.run, "rule": asked.rule.id, "subjects": subjects}
        for row in connection.execute(_TAKEN, parameters):
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

    def judge(self, f: Found) -> Literal["begins", "already running", "asked again"]:
        """Whether this start may begin; if so it is running from then on.

        One that stands behind a start of this very tick is asked again once that is stored: its goal may be met already.
        """
        if not self.matters:
            return "begins"
        whose, ends_at = (f.subject, f.per), f.at + self.length
        if whose in self.queued:
            return "asked again"
        in_the_way = [span for span in self.spans[whose] if span.overlaps(f.at, ends_at)]
        if not in_the_way:
            self.spans[whose].append(Span(None, f.at, ends_at))
            return "begins"
        if self.has_goal and all(span.id is None for span in in_the_way):
            self.queued.add(whose)
            return "asked again"
        return "already running"


def _may_overlap(rule: Rule) -> bool:
    """Of the n-th event, the latest, a date or a state there is only one at a time."""
    when = rule.when
    every_event = isinstance(when, EventStart) and when.which == "every" and when.date is None
    return isinstance(when, ChangedStart) or every_event
