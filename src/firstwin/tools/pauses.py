"""What a person has paused, since when and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from firstwin.db import tables as t
from firstwin.outbox.holds import EVERYTHING


@dataclass(frozen=True)
class Paused:
    """``rule`` is None where everything is paused; ``why`` where nobody said why."""

    rule: str | None
    since: datetime
    who: str
    why: str | None

    def __str__(self) -> str:
        """A sentence for people."""
        what = "Everything" if self.rule is None else self.rule
        why = " ".join((self.why or "").split()).rstrip(".")
        return f"{what} is paused since {self.since:%Y-%m-%d %H:%M} UTC, by {self.who}{f': {why}' if why else ''}"


def pauses(rows: Iterable[Row[Any]]) -> tuple[Paused, ...]:
    """That of everything first, then rules by name."""
    found = [Paused(None if row.scope == EVERYTHING else row.scope, row.since, row.who, row.why) for row in rows]
    return tuple(sorted(found, key=lambda pause: pause.rule or ""))


def pauses_of(connection: Connection, rule: str) -> tuple[Paused, ...]:
    """Those that hold this rule."""
    return pauses(connection.execute(select(t.pause).where(t.pause.c.scope.in_((EVERYTHING, rule)))))
