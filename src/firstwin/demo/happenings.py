"""What happens in the demo, as lines that a person can follow: what customers do, and what Firstwin does about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, func, select

from firstwin.db.tables import delivery, event
from firstwin.demo.companies import COMPANIES
from firstwin.outbox.states import State

MILESTONE = "firstwin.milestone."
Kind = Literal["did", "reached", "mail", "alert", "webhook"]
NAMES = {company.id: company.name for company in COMPANIES}
CHANNELS: dict[str, Kind] = {"email": "mail", "alert": "alert", "webhook": "webhook"}


@dataclass(frozen=True)
class Happening:
    at: datetime
    kind: Kind
    who: str
    what: str


class Watch:
    """Each call of ``news`` tells what was not told before."""

    def __init__(self) -> None:
        self._last_event = 0
        self._told: set[int] = set()

    def news(self, connection: Connection) -> list[Happening]:
        found = [*self._events(connection), *self._deliveries(connection)]
        return sorted(found, key=lambda happening: happening.at)

    def _events(self, connection: Connection) -> Iterator[Happening]:
        rows = connection.execute(
            select(event.c.seq, event.c.name, event.c.occurred_at, event.c.account_id)
            .where(event.c.seq > self._last_event)
            .order_by(event.c.seq)
        )
        for row in rows:
            self._last_event = row.seq
            told = _event(row.name, row.occurred_at, _name(row.account_id))
            if told:
                yield told

    def _deliveries(self, connection: Connection) -> Iterator[Happening]:
        c = delivery.c
        rows = connection.execute(
            select(c.id, c.channel, c.rule, c.step, c.address, c.destination, c.settled_at, c.account_id)
            .where(c.state == State.DELIVERED.value, c.id.not_in(self._told))
            .order_by(c.settled_at)
        )
        for row in rows:
            self._told.add(row.id)
            what = " · ".join(filter(None, (row.rule, row.step)))
            to = row.address or row.destination
            yield Happening(row.settled_at, CHANNELS[row.channel], _name(row.account_id), f"{what} → {to}")


def _event(name: str, at: datetime, who: str) -> Happening | None:
    if name.startswith(MILESTONE):
        return Happening(at, "reached", who, name.removeprefix(MILESTONE))
    return None if name.startswith("firstwin.") else Happening(at, "did", who, name)


def _name(account_id: str | None) -> str:
    return NAMES.get(account_id or "", "")


def activated(connection: Connection) -> int:
    """How many accounts have had their first win."""
    query = select(func.count(event.c.account_id.distinct())).where(event.c.name == f"{MILESTONE}activated")
    return connection.execute(query).scalar_one()
