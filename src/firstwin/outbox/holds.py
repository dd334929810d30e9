"""What stands still now: everything, some rules, some destinations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, null, select, union_all

from firstwin.db.tables import destination, pause
from firstwin.decide.value import Reason
from firstwin.outbox.breaker import Probe
from firstwin.outbox.destinations import IS_KEPT_BACK

EVERYTHING = "*"


@dataclass(frozen=True)
class Holds:
    """``resting`` are the destinations whose breaker is open, each with the probe that may go nevertheless.

    ``asked`` are those whose other side asked for a rest, and until when.
    """

    everything: bool = False
    rules: frozenset[str] = frozenset()
    destinations: frozenset[str] = frozenset()
    resting: Mapping[str, Probe | None] = field(default_factory=dict)
    asked: Mapping[str, datetime] = field(default_factory=dict)

    def why(self, rule: str, destination: str, attempt: Probe | None = None) -> Reason | None:
        """Why the messages of this rule to this destination are held, if they are. A leased one says which it is."""
        if self.everything:
            return Reason.PAUSED
        if rule in self.rules:
            return Reason.RULE_PAUSED
        if destination in self.destinations:
            return Reason.DESTINATION_PAUSED
        if destination in self.resting and (attempt is None or attempt != self.resting[destination]):
            return Reason.DESTINATION_RESTS
        return None

    def asks_to_wait(self, destination: str, now: datetime) -> bool:
        return destination in self.asked and now < self.asked[destination]


def holds(connection: Connection) -> Holds:
    rows = connection.execute(_HOLDS).all()
    scopes = {row.name for row in rows if row.breaker is None}
    places = [row for row in rows if row.breaker is not None]
    return Holds(
        EVERYTHING in scopes,
        frozenset(scopes - {EVERYTHING}),
        frozenset(row.name for row in places if row.paused_at is not None or row.disabled_at is not None),
        {row.name: _probe(row) for row in places if row.breaker != "closed"},
        {row.name: row.not_before for row in places if row.not_before is not None},
    )


def _probe(row: Row[Any]) -> Probe | None:
    return None if row.probe_delivery is None else Probe(row.probe_delivery, row.probe_fence)


c = destination.c
_COLUMNS = (c.breaker, c.paused_at, c.disabled_at, c.probe_delivery, c.probe_fence, c.not_before)
_HOLDS = union_all(
    select(c.name, *_COLUMNS).where(IS_KEPT_BACK),
    select(pause.c.scope, *(null() for _ in _COLUMNS)),
)
