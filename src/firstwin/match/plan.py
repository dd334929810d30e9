"""A rule's questions, written once for each version and way of seeing, and asked at every tick."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from firstwin.match.calendar import calendar, units_of
from firstwin.match.days import Counted, counted_by_day, offsets
from firstwin.match.seen import Seen
from firstwin.rules.terms import Rule, Term, conditions


@dataclass(frozen=True)
class Moment:
    """When a rule is asked: this slot, the one before (None at the first look), and what that one had seen."""

    run: str
    now: datetime
    previous: datetime | None = None
    token: str = ""
    zone: str = "UTC"
    csm_zones: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_first_look(self) -> bool:
        return self.previous is None


@dataclass(frozen=True, eq=False)
class Asked:
    """A rule together with how facts are seen: what all of its statements are made from.

    Kept for as long as the version runs: the statements are remembered by the identity of this object.
    """

    rule: Rule
    seen: Seen
    recorders: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)  # by milestone: who records it

    def parameters(self, connection: Connection, moment: Moment, **more: object) -> dict[str, Any]:
        """Everything that the rule's statements may bind at this moment."""
        found: dict[str, Any] = {"now": moment.now, "run": moment.run, "rule": self.rule.id, **more}
        if moment.previous is not None:
            found |= {"previous": moment.previous, **self.seen.bind(moment.token)}
        found |= offsets(connection, _by_day(self), moment.zone, moment.now)
        return found | calendar(connection, _units(self), moment.zone, moment.now, moment.previous)


@lru_cache(maxsize=4096)
def _units(asked: Asked) -> frozenset[str]:
    return units_of(_conditions(asked))


@lru_cache(maxsize=4096)
def _by_day(asked: Asked) -> Counted:
    return counted_by_day(_conditions(asked))


def _conditions(asked: Asked) -> list[Term]:
    """Those of the rule, and of the rules that record its milestones."""
    recorders = [term for rules in asked.recorders.values() for rule in rules for term in conditions(rule)]
    return [*conditions(asked.rule), *recorders]
