"""What matching asks of a term: when it may change, whether it holds, and what shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Integer, Text, cast, null

from firstwin.db.types import Instant
from firstwin.match.boundary import Boundaries
from firstwin.match.scope import Scope
from firstwin.rules.terms import Subject, Term


@dataclass(frozen=True)
class Shown:
    """The evidence columns of one clause: how many facts, the newest of them, the value; NULL where it is not asked."""

    count: ColumnElement[Any]
    last_at: ColumnElement[Any]
    value: ColumnElement[Any]


def evidence(
    count: ColumnElement[Any] | None = None,
    last_at: ColumnElement[Any] | None = None,
    value: ColumnElement[Any] | None = None,
) -> Shown:
    return Shown(
        cast(null(), Integer) if count is None else count,
        cast(null(), Instant()) if last_at is None else last_at,
        cast(null(), Text) if value is None else value,
    )


class Word(Protocol):
    """What matching asks of a term."""

    def boundaries(self, kind: Subject) -> Boundaries:
        """Where the clock, or a new fact of that name, may change it."""

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        """SQL, true or false and never NULL, for the scope's subject at ``now``."""

    def shown(self, scope: Scope) -> Shown:
        """SQL for what shows it."""

    def clauses(self) -> Iterator[Term]:
        """The parts that are shown one by one."""
