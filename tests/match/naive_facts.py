"""The facts that the referee judges by: rows of the table ``event``, and which of them are seen when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from firstwin.rules.terms import Subject


@dataclass(frozen=True)
class Fact:
    """A row of the table ``event``."""

    seq: int
    id: str | None
    account_id: str | None
    person_id: str | None
    name: str
    props: Mapping[str, Any]
    value_at: datetime | None
    occurred_at: datetime
    received_at: datetime
    known_at: datetime
    run: str | None = None


def stored(facts: Iterable[Fact]) -> list[Fact]:
    """What the table keeps: a message that comes again, with an id that is there already, changes nothing."""
    kept: list[Fact] = []
    ids: set[str] = set()
    for fact in sorted(facts, key=lambda fact: fact.seq):
        if fact.id is None or fact.id not in ids:
            kept.append(fact)
        if fact.id is not None:
            ids.add(fact.id)
    return kept


def visible(facts: Iterable[Fact], now: datetime) -> list[Fact]:
    """What a replay sees at ``now``: the facts known by then. Some of them may be dated ahead."""
    return [fact for fact in stored(facts) if fact.known_at <= now]


def happened(facts: Iterable[Fact], now: datetime, run: str) -> list[Fact]:
    """The facts up to now, in the order of their time; of milestones and nudges only the run's own."""
    past = [fact for fact in facts if fact.occurred_at <= now and fact.run in (None, run)]
    return sorted(past, key=lambda fact: (fact.occurred_at, fact.seq))


def concerns(fact: Fact, kind: Subject, subject: str | None) -> bool:
    return subject is not None and subject == (fact.account_id if kind == "account" else fact.person_id)
