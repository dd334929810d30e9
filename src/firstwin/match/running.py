"""Which starts are running: a further one of the same subject is noted, and not taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from sqlalchemy import Connection, or_, select, update

from firstwin.db import tables
from firstwin.match import gates
from firstwin.match.plan import Asked, Moment
from firstwin.match.starts.found import Found
from firstwin.rules.terms import ChangedStart, EventStart, Rule

start = tables.start
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


def end_starts(connection: Connection, ids: Sequence[int], reason: str) -> None:
    """Ends these starts: their goal is met, or they may not go on."""
    for some in portions(ids):
        connection.execute(update(start).where(start.c.id.in_(some)).values(state="left", reason=reason))


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
        for some in portions(sorted({f.subject for f in found})):
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
    return isinstance(rule.when, ChangedStart) or (isinstance(rule.when, EventStart) and rule.when.which == "every")


def portions(items: Sequence[T], size: int = 5000) -> Iterator[Sequence[T]]:
    for first in range(0, len(items), size):
        yield items[first : first + size]
