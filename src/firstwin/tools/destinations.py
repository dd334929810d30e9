"""How each destination stands: whether it takes messages, since when it does not, and when it is tried again. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, select

from firstwin.db.tables import destination
from firstwin.outbox.breaker import Breaker
from firstwin.outbox.destinations import OF_BREAKER, breaker_of

Stands = Literal["well", "failing", "paused", "disabled", "rests", "tried", "asked"]
STOPPED: tuple[Stands, ...] = ("paused", "disabled", "rests", "tried", "asked")


@dataclass(frozen=True)
class Destination:
    """``why`` says in words how it stands, ``since`` when and ``until`` when at least, where that is known."""

    name: str
    why: str
    stands: Stands = "well"
    since: datetime | None = None
    until: datetime | None = None


def destinations(connection: Connection, real: datetime) -> list[Destination]:
    """All that a worker ever sent to, by name. ``real`` is the database's clock."""
    c = destination.c
    columns: tuple[Any, ...] = (
        c.name,
        c.paused_at,
        c.disabled_at,
        c.disabled_why,
        c.disabled_told,
        c.not_before,
        *OF_BREAKER,
    )
    return [_stands(row, real) for row in connection.execute(select(*columns).order_by(c.name))]


def stopped(connection: Connection, real: datetime) -> tuple[Destination, ...]:
    """Those that take no messages now."""
    return tuple(each for each in destinations(connection, real) if each.stands in STOPPED)


def _stands(row: Row[Any], real: datetime) -> Destination:
    if row.disabled_at is not None:
        return Destination(row.name, _disabled(row), "disabled", row.disabled_at)
    if row.paused_at is not None:
        return Destination(row.name, "paused", "paused", row.paused_at)
    breaker = breaker_of(row)
    if not breaker.is_closed:
        return _rests(row.name, breaker, real)
    if row.not_before is not None and row.not_before > real:
        return Destination(row.name, f"it asked for a rest until {_at(row.not_before)}", "asked", None, row.not_before)
    if breaker.in_a_row:
        why = f"the last {breaker.in_a_row} attempts failed" if breaker.in_a_row > 1 else "the last attempt failed"
        return Destination(row.name, why, "failing", breaker.failing_since)
    return Destination(row.name, "takes messages")


def _disabled(row: Row[Any]) -> str:
    why = row.disabled_why or "the other side refuses everything"
    known = f"{row.disabled_told} was told" if row.disabled_told else "nobody could be told: see `ops` in firstwin.yaml"
    return f"disabled: {why} ({known}); `firstwin senders enable {row.name}` lets it go on"


def _rests(name: str, breaker: Breaker, real: datetime) -> Destination:
    after = f"resting after many failures, since {_at(breaker.since)}"
    if breaker.probe is not None:
        return Destination(name, f"{after}; delivery {breaker.probe.delivery} tries it out", "tried", breaker.since)
    when = "with the next message" if breaker.is_over(real) else f"at {_at(breaker.until)}"
    return Destination(name, f"{after}; tried again {when}", "rests", breaker.since, breaker.until)


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "a while ago"
