"""What matching hands to deciding: plain values. Those of which a backtest makes millions are made fastest as tuples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from firstwin.rules.terms import Rule, Step, Term


class Start(NamedTuple):
    """A start that was taken: the row of ``start``, and what its event carried."""

    id: int
    rule: str
    subject: str
    key: str
    per: str
    at: datetime
    seen_at: datetime
    actor: str | None
    props: Mapping[str, Any]


@dataclass(frozen=True)
class Clause:
    """One clause of a condition, whether it holds, and what shows it.

    ``count`` and ``last_at`` speak of the facts counted, ``value`` of a property; what does not apply is None. ``name`` is
    the event, property or milestone; ``milestone`` the one that this is a part of, for the parts of what a rule waits for.
    """

    says: str
    holds: bool
    count: int | None = None
    last_at: datetime | None = None
    value: str | float | bool | None = None
    name: str = ""
    milestone: str = ""


class Match(NamedTuple):
    """A step that is due for a start, and how its gates stand at ``now``.

    ``goal`` is the rule's ``until``; ``unless`` and ``only_if`` are those of the rule and of the step together; ``holding``
    are those conditions of branches that hold.
    """

    rule: Rule
    step: Step
    start: Start
    due_at: datetime
    goal: bool = False
    unless: bool = False
    only_if: bool = True
    evidence: tuple[Clause, ...] = ()
    holding: frozenset[Term] = frozenset()


@dataclass(frozen=True)
class Standing:
    """How a start and the gates of a step stand at the moment of sending.

    ``left`` is why the start was left (its date was moved, its state ended, a newer one took its place), or None.
    """

    exists: bool = True
    left: str | None = None
    goal: bool = False
    unless: bool = False
    only_if: bool = True
    evidence: tuple[Clause, ...] = field(default=())
