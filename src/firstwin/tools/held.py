"""What the accounts, the people and the events of a project hold of a property: how many have it, and what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, FromClause, func, select

from firstwin.db import tables
from firstwin.db.types import json_has, json_number, json_text

EVENTS_LOOKED_AT: Final = 1_000  # the newest of a name
SUBJECTS_LOOKED_AT: Final = 5_000  # for the values alone: who has a property is counted among all
MOST_VALUES: Final = 20  # of which an author could have meant one; more are free text
SUBJECTS: Final = {"account": tables.account, "person": tables.person}


@dataclass(frozen=True)
class Held:
    """Of ``total`` accounts, people or events, ``having`` have the property: as a number, as a text, or as anything else.

    ``values`` are the texts that it takes, none if there are too many to name.
    """

    total: int = 0
    having: int = 0
    numbers: int = 0
    texts: int = 0
    values: frozenset[str] = frozenset()

    @property
    def missing(self) -> int:
        return self.total - self.having


def held_by_subjects(connection: Connection, scope: str, names: Sequence[str]) -> dict[str, Held]:
    """``scope`` is ``account`` or ``person``. One look at the table, however many the names are."""
    traits = SUBJECTS[scope].c.traits.label("held")
    return _held(connection, select(traits).subquery(), select(traits).limit(SUBJECTS_LOOKED_AT).subquery(), names)


def held_by_events(connection: Connection, events: Collection[str], names: Sequence[str]) -> dict[str, Held]:
    """Among the newest events that have one of the names."""
    e = tables.event.c
    newest = select(e.props.label("held")).where(e.name.in_(sorted(events))).order_by(e.occurred_at.desc())
    sample = newest.limit(EVENTS_LOOKED_AT).subquery()
    return _held(connection, sample, sample, names)


def _held(connection: Connection, everyone: FromClause, sample: FromClause, names: Sequence[str]) -> dict[str, Held]:
    columns: list[Any] = [func.count()]
    for name in names:
        document = everyone.c.held
        columns += [
            func.count().filter(json_has(document, name)),
            func.count(json_number(document, name)),
            func.count(json_text(document, name)),
        ]
    total, *counts = connection.execute(select(*columns).select_from(everyone)).one()
    found: dict[str, Held] = {}
    for place, name in enumerate(names):
        having, numbers, texts = counts[3 * place : 3 * place + 3]
        found[name] = Held(total, having, numbers, texts, _values(connection, sample, name))
    return found


def _values(connection: Connection, sample: FromClause, name: str) -> frozenset[str]:
    value = json_text(sample.c.held, name)
    query = select(value).select_from(sample).where(value.is_not(None)).distinct().limit(MOST_VALUES + 1)
    found = connection.scalars(query).all()
    return frozenset() if len(found) > MOST_VALUES else frozenset(found)
