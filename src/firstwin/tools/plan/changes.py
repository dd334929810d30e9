"""What differs between the rules that run and those of the files. A rule's version says whether it means the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, select

from firstwin.db import tables
from firstwin.rules.order import recorders_first
from firstwin.rules.remembered import rule_of
from firstwin.rules.terms import Rule

Kind = Literal["new", "edited", "renamed", "removed"]
rule_row, version = tables.rule.c, tables.rule_version.c


class PlanError(Exception):
    """There can be no plan, or it cannot be applied; the message says why and what to do."""


@dataclass(frozen=True)
class Change:
    """One rule: as it runs (``before``) and as the files have it (``after``)."""

    kind: Kind
    before: Rule | None
    after: Rule | None

    @property
    def rule(self) -> Rule:
        """As the files have it; where it is gone from them, as it ran."""
        found = self.after or self.before
        if found is None:
            raise LookupError(self.kind)
        return found

    @property
    def former_steps(self) -> Mapping[str, str]:
        """By the name that a step had: the name that it has now."""
        return {step.was: step.name for step in self.after.steps if step.was is not None} if self.after else {}


def live_versions(connection: Connection) -> dict[str, str]:
    """By rule: the version that the live run knows."""
    query = select(rule_row.id, rule_row.version).where(rule_row.run == tables.LIVE)
    return dict(connection.execute(query).all())


def live_rules(connection: Connection) -> tuple[Rule, ...]:
    """The rules as they run, recorders first. Raises PlanError where what ran was not kept."""
    query = (
        select(rule_row.id, version.hash, version.meaning, version.source)
        .outerjoin_from(tables.rule, tables.rule_version, version.hash == rule_row.version)
        .where(rule_row.run == tables.LIVE)
    )
    rules = [_read(*row) for row in connection.execute(query)]
    milestones = {milestone for rule in rules for milestone in rule.milestones}
    recorders = {m: tuple(rule.id for rule in rules if m in rule.milestones) for m in milestones}
    return tuple(recorders_first(rules, recorders).rules)


def _read(name: str, hash_: str | None, meaning: str | None, source: str | None) -> Rule:
    try:
        if hash_ is not None and meaning is not None:
            return rule_of(meaning, hash_, source or "")
    except (KeyError, TypeError, ValueError):
        pass  # written by another version of this program
    msg = f"What rule {name} is now was stored by another version of Firstwin: let a worker of this one run once with the files that are live."
    raise PlanError(msg)


def changes(live: Sequence[Rule], files: Sequence[Rule]) -> list[Change]:
    """Every rule that is not the same in both, in the order of the files, those taken away last."""
    known = {rule.id: rule for rule in live}
    found = []
    for rule in files:
        former = _former(rule, known, {one.id for one in live})
        before = known.pop(former, None)
        if before is None:
            found.append(Change("new", None, rule))
        elif former != rule.id:
            found.append(Change("renamed", before, rule))
        elif before.version != rule.version:
            found.append(Change("edited", before, rule))
    return [*found, *(Change("removed", rule, None) for rule in known.values())]


def _former(rule: Rule, known: Mapping[str, Rule], live: set[str]) -> str:
    """The name under which it ran: as going live decides it."""
    return rule.was if rule.was in known and rule.was is not None and rule.id not in live else rule.id
