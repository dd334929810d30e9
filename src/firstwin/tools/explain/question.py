"""One question: which rule, about whom, in which run, at which moment, and how facts are seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from firstwin.db import tables as t
from firstwin.match.plan import Asked, Moment
from firstwin.match.seen import Seen, seen_by
from firstwin.outbox.peace import Peace
from firstwin.rules.say_term import Labels
from firstwin.rules.terms import Rule
from firstwin.tick.environment import Environment
from firstwin.tools.as_of import as_of
from firstwin.tools.explain.kept import Kept, Row
from firstwin.tools.supposing import supposed

LOOK_BACK = timedelta(days=32)  # the longest time between two strikes of a clock, for starts that are told by it


@dataclass(frozen=True)
class Question:
    """``active_from`` is when the rule began in the run, None where no worker has taken it up.

    ``is_past``: the moment was named, so that nothing is seen that came to be known later.
    """

    connection: Connection
    env: Environment
    rule: Rule
    subject: str
    run: str
    now: datetime
    is_past: bool
    kept: Kept
    active_from: datetime | None
    labels: Labels = field(default_factory=dict)
    peace: Peace = field(default_factory=Peace)

    @property
    def began(self) -> datetime:
        return self.now if self.active_from is None else self.active_from

    @cached_property
    def asked(self) -> Asked:
        """As a tick sees the facts."""
        return self.seen(as_of(self.now) if self.is_past else seen_by(self.connection, self.run))

    @cached_property
    def all_known(self) -> Asked:
        """With the history that an import brought, which nudges nobody."""
        return self.asked if self.is_past else self.seen(as_of(self.now))

    def seen(self, seen: Seen) -> Asked:
        return self.env.asked(self.rule, seen)

    def silent(self, at: datetime | None = None) -> Mapping[str, str]:
        """By step: why it holds, for what it waits for has stopped arriving. Nobody knows of a feed how silent it will be."""
        if self.env.feeds is None:
            return {}
        now = min(at or self.now, self.now)
        asked = self.asked if now == self.now else self.seen(Seen("known"))
        return self.env.feeds.silent_steps(self.connection, self.rule, asked.recorders, asked.seen, self.run, now)

    def moment(self, at: datetime | None = None) -> Moment:
        now = at or self.now
        return Moment(self.run, now, previous=now - LOOK_BACK, zone=self.env.zone, csm_zones=self.env.csm_zones)

    @contextmanager
    def supposing(
        self, starts: Sequence[Row], steps: Sequence[Row] = (), nudges: Sequence[Row] = (), *, only: bool = False
    ) -> Iterator[None]:
        """Inside, the run remembers of this rule just these rows."""
        rows: Mapping[Any, Sequence[Row]] = {t.start: starts, t.step_due: steps, t.nudge: nudges}
        with supposed(self.connection, rows, only=self.subject if only else None):
            yield
