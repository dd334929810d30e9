"""What `explain` answers: plain values that a command shows, or prints as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from firstwin.rules.terms import Subject

Role = Literal["becomes", "until", "unless", "only_if", "if"]


@dataclass(frozen=True)
class Node:
    """A condition or a part of one, whether it holds, and what shows it. ``count`` and ``last_at`` speak of the facts
    counted, ``value`` of a property; what does not apply is None. ``speaks_for``: as it stands it is for the sending.
    """

    says: str
    holds: bool
    count: int | None = None
    last_at: datetime | None = None
    value: str | float | bool | None = None
    parts: tuple[Node, ...] = ()
    speaks_for: bool = True


@dataclass(frozen=True)
class Condition:
    """One of the rule's conditions. ``step`` is empty where it is asked for every step; ``passes``: it stops nothing."""

    role: Role
    step: str
    passes: bool
    node: Node


@dataclass(frozen=True)
class AttemptSeen:
    began_at: datetime
    outcome: str | None
    reason: str | None
    detail: str | None


@dataclass(frozen=True)
class DeliverySeen:
    """``to`` is the name of a sender, or an address of which only enough is shown to know it again."""

    id: int
    channel: str
    template: str
    to: str
    state: str
    reason: str | None
    why: str
    due_at: datetime
    retry_at: datetime | None
    settled_at: datetime | None
    attempts: tuple[AttemptSeen, ...] = ()


@dataclass(frozen=True)
class NudgeSeen:
    """``id`` is what `firstwin replay` takes."""

    id: int
    decided_at: datetime
    mode: str
    rule_version: str
    deliveries: tuple[DeliverySeen, ...] = ()


@dataclass(frozen=True)
class SkipSeen:
    """Why a message did not go out, and when that was said first and last."""

    reason: str
    why: str
    detail: str | None
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Would:
    """What would be decided of a step at a moment if nothing else happens: ``nudge``, ``skip`` or ``hold``.

    ``until`` is when it goes after all, of what only waits for a time of day.
    """

    at: datetime
    outcome: Literal["nudge", "skip", "hold"]
    does: tuple[str, ...] = ()
    reason: str | None = None
    why: str = ""
    detail: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class StepSeen:
    """``state`` is `waiting`, `done`, `skipped`, `dropped`, or `expected` where no start was taken yet."""

    name: str
    says: str
    due_at: datetime
    state: str
    nudge: NudgeSeen | None = None
    skips: tuple[SkipSeen, ...] = ()
    would: Would | None = None


@dataclass(frozen=True)
class StartSeen:
    """A start that was taken or noted (``id`` set), or one that the facts show and no tick has taken.

    ``state`` is `open`, `done`, `noted`, `left`, or `not taken`; ``why`` says in words why it is one of the last three.
    """

    id: int | None
    key: str
    at: datetime
    seen_at: datetime | None
    state: str
    reason: str | None = None
    why: str = ""
    per: str = ""
    actor: str | None = None
    steps: tuple[StepSeen, ...] = ()


@dataclass(frozen=True)
class Next:
    """When it could fire next if nothing else happens. ``at`` is None where time alone brings nothing."""

    at: datetime | None
    says: str


@dataclass(frozen=True)
class Explained:
    """``conditions`` stand as they do at ``at``, for the start at ``judged_for`` (None where there is none).

    ``in_short`` is the rule without its conditions, which are told one by one; ``says`` is all of it.
    """

    rule: str
    version: str
    says: str
    in_short: str
    about: Subject
    subject: str
    name: str
    account: str | None
    run: str
    at: datetime
    is_past: bool
    begins: str
    judged_for: datetime | None
    conditions: tuple[Condition, ...]
    starts: tuple[StartSeen, ...]
    older_starts: int
    why_no_start: str
    next: Next
    notes: tuple[str, ...] = ()
