"""How facts were seen at a moment that has passed, however far ahead the question looks from there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, FromClause, literal

from firstwin.db.types import EPOCH, Instant
from firstwin.match.seen import Seen


@dataclass(frozen=True)
class AsOf(Seen):
    """What was known by then, and nothing that came to be known later."""

    known_by: datetime = EPOCH

    def visible(self, fact: FromClause) -> tuple[ColumnElement[bool], ...]:
        return (fact.c.known_at <= literal(self.known_by, Instant()),)


def as_of(moment: datetime) -> AsOf:
    return AsOf("known", moment)
