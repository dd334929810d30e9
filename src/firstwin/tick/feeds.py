"""Which steps of a rule must hold at a slot, because what they wait for has stopped arriving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from firstwin.decide.feeds import ENOUGH, LEAST, LOOK_BACK, Feed, why_held
from firstwin.match.feeds import last_of, longest_gap, seen_of
from firstwin.match.seen import Seen
from firstwin.rules.terms import Rule
from firstwin.rules.waits import Recorders, awaited


@dataclass
class Feeds:
    """What the rules of one slot ask about the same events is asked once."""

    _moment: tuple[str, datetime] | None = None
    _known: dict[str, Feed] = field(default_factory=dict)

    def silent_steps(
        self, connection: Connection, rule: Rule, recorders: Recorders, seen: Seen, run: str, now: datetime
    ) -> Mapping[str, str]:
        """By step: why it holds."""
        if rule.feed == "sparse":
            return {}
        known = self._of(run, now)
        feed = partial(_feed, connection, seen, known, now)
        held = {step.name: why_held(awaited(rule, step, recorders), feed, now) for step in rule.steps}
        return {step: why for step, why in held.items() if why}

    def _of(self, run: str, now: datetime) -> dict[str, Feed]:
        """Another slot begins anew; threads that are at different slots do no harm to each other."""
        if self._moment != (run, now):
            self._moment, self._known = (run, now), {}
        return self._known


def _feed(connection: Connection, seen: Seen, known: dict[str, Feed], now: datetime, name: str) -> Feed:
    if name not in known:
        known[name] = feed_at(connection, seen, name, now)
    return known[name]


def feed_at(connection: Connection, seen: Seen, name: str, now: datetime) -> Feed:
    """How the event has been arriving. Its gaps are only looked for when it could be silent for too long."""
    last = last_of(connection, seen, name, now)
    if last is None:
        return Feed(name)
    if now - last <= LEAST:
        return Feed(name, 1, last)
    count = seen_of(connection, seen, name, now, ENOUGH)
    gap = longest_gap(connection, seen, name, now - LOOK_BACK, now)
    return Feed(name, count, last, gap)
