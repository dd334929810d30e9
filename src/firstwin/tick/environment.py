"""What every tick is handed: the rules in their order, and the project's settings that bear on deciding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from firstwin.decide.value import Channel, Decision
from firstwin.match.plan import Asked
from firstwin.match.seen import Seen
from firstwin.outbox.suppressions import AddressHash
from firstwin.rules.terms import Rule
from firstwin.tick.feeds import Feeds


def nobody(_now: datetime, _decisions: Sequence[Decision]) -> None:
    """Who is told of decisions, where nobody asks."""


@dataclass(frozen=True, eq=False)
class Environment:
    """The rules, recorders before those that read their milestones, and what holds for all of them.

    ``feeds`` is None where a silence means nothing: in a story of a few accounts, as the tests of rules tell them.
    ``told`` hears every decision as it is written.
    """

    rules: tuple[Rule, ...]
    zone: str = "UTC"
    grace: timedelta = timedelta(hours=24)
    every: timedelta = timedelta(minutes=1)
    expires_after: Mapping[Channel, timedelta] = field(default_factory=dict)
    mail_sender: str = "mail"
    csm_fallback: str | None = None
    csm_by_name: Mapping[str, str] = field(default_factory=dict)
    csm_zones: Mapping[str, str] = field(default_factory=dict)
    addresses: AddressHash = field(default_factory=AddressHash)
    feeds: Feeds | None = None
    told: Callable[[datetime, Sequence[Decision]], None] = nobody
    _asked: dict[tuple[str, Seen], Asked] = field(default_factory=dict)

    def rule(self, rule_id: str) -> Rule | None:
        """The rule with this id, None when its file is gone."""
        return self._by_id.get(rule_id)

    @cached_property
    def _by_id(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    def priority(self, rule_id: str) -> int:
        """The higher one goes first, where a cap has room for one. A rule that is gone comes with the others."""
        found = self.rule(rule_id)
        return 0 if found is None else found.priority

    def recorders(self) -> dict[str, tuple[Rule, ...]]:
        """By milestone: the rules that record it."""
        milestones = {milestone for rule in self.rules for milestone in rule.milestones}
        return {m: tuple(rule for rule in self.rules if m in rule.milestones) for m in milestones}

    def asked(self, rule: Rule, seen: Seen) -> Asked:
        """The rule's statements, made once for as long as these rules run."""
        key = (rule.id, seen)
        if key not in self._asked:
            self._asked[key] = Asked(rule, seen, self.recorders())
        return self._asked[key]
