"""What becomes of the starts that run when a rule is edited, renamed or taken away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from firstwin.db import tables
from firstwin.match.scope import is_waiting
from firstwin.tools.plan.changes import Change

start, step_due = tables.start.c, tables.step_due.c
Waiting = Mapping[str, frozenset[int]]  # by step: the starts for which it waits


@dataclass(frozen=True)
class Running:
    """``starts`` run now. By step: for how many it stays due when it was, is due as well from now on, is due no more.

    ``new_waits`` are the steps with another wait, which only starts to come keep.
    """

    starts: int = 0
    kept: Mapping[str, int] = field(default_factory=dict)
    added: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    new_waits: tuple[str, ...] = ()


def waiting(connection: Connection, change: Change) -> Waiting:
    """Before going live."""
    return _waiting(connection, change.before.id) if change.before else {}


def running(connection: Connection, change: Change, before: Waiting) -> Running:
    """Right after it, with what waited ``before``."""
    if change.before is None:
        return Running()
    former = change.former_steps
    old = {former.get(step, step): starts for step, starts in before.items()}
    new = _waiting(connection, change.rule.id)
    none: frozenset[int] = frozenset()
    return Running(
        len(frozenset[int]().union(*old.values())),
        _counted((step, old[step] & new.get(step, none)) for step in old),
        _counted((step, starts - old.get(step, none)) for step, starts in new.items()),
        _counted((step, starts - new.get(step, none)) for step, starts in old.items()),
        _new_waits(change),
    )


def _waiting(connection: Connection, rule: str) -> Waiting:
    query = (
        select(step_due.step, step_due.start_id)
        .join(tables.start, start.id == step_due.start_id)
        .where(step_due.run == tables.LIVE, step_due.rule == rule, is_waiting(tables.step_due), start.state == "open")
    )
    found: dict[str, set[int]] = {}
    for step, start_id in connection.execute(query):
        found.setdefault(step, set()).add(start_id)
    return {step: frozenset(starts) for step, starts in found.items()}


def _counted(starts: Iterable[tuple[str, frozenset[int]]]) -> dict[str, int]:
    return {step: len(which) for step, which in sorted(starts) if which}


def _new_waits(change: Change) -> tuple[str, ...]:
    if change.before is None or change.after is None:
        return ()
    old = {change.former_steps.get(step.name, step.name): step.wait for step in change.before.steps}
    return tuple(step.name for step in change.after.steps if step.wait != old.get(step.name, step.wait))
