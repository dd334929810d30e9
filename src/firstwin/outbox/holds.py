"""What stands still now: everything, some rules, some destinations."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, literal, select, union_all

from firstwin.db.tables import destination, pause
from firstwin.decide.value import Reason

EVERYTHING = "*"


@dataclass(frozen=True)
class Holds:
    everything: bool = False
    rules: frozenset[str] = frozenset()
    destinations: frozenset[str] = frozenset()

    def why(self, rule: str, destination: str) -> Reason | None:
        """Why the messages of this rule to this destination are held, if they are."""
        if self.everything:
            return Reason.PAUSED
        if rule in self.rules:
            return Reason.RULE_PAUSED
        return Reason.DESTINATION_PAUSED if destination in self.destinations else None


def holds(connection: Connection) -> Holds:
    rows = connection.execute(_HOLDS).all()
    rules = frozenset(name for is_rule, name in rows if is_rule)
    return Holds(EVERYTHING in rules, rules - {EVERYTHING}, frozenset(name for is_rule, name in rows if not is_rule))


_STOPPED = destination.c.paused_at.is_not(None) | destination.c.disabled_at.is_not(None)
_HOLDS = union_all(
    select(literal(1), pause.c.scope),
    select(literal(0), destination.c.name).where(_STOPPED),
)
