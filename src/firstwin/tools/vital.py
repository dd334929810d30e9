"""The few signs that tell whether all is well: each found by an index or in a small table, however much is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, Row, Select, bindparam, or_, select

from firstwin.db import tables as t
from firstwin.db.engine import clock
from firstwin.db.runs import find_run
from firstwin.db.types import Instant
from firstwin.outbox.holds import Holds, holds
from firstwin.outbox.rows import IS_WAITING
from firstwin.tick.breaker import BY
from firstwin.tools.destinations import Destination, stopped
from firstwin.tools.said import Said, said


class RuleSigns(Protocol):
    """``lag`` is how long ago its last slot was, by the run's clock; None before its first.

    ``held`` is why it holds nudges: what it waits for is not coming in. ``tripped`` is why it was paused by itself.
    """

    @property
    def id(self) -> str: ...
    @property
    def lag(self) -> timedelta | None: ...
    @property
    def error(self) -> str | None: ...
    @property
    def held(self) -> str | None: ...
    @property
    def tripped(self) -> str | None: ...


@dataclass(frozen=True)
class Heart:
    who: str
    kind: str
    age: timedelta
    said: Said = field(default_factory=Said)


class Signs(Protocol):
    """``waits`` is how long the oldest message has been due that nothing keeps back."""

    @property
    def rules(self) -> Sequence[RuleSigns]: ...
    @property
    def hearts(self) -> Sequence[Heart]: ...
    @property
    def stopped(self) -> Sequence[Destination]: ...
    @property
    def waits(self) -> timedelta | None: ...


@dataclass(frozen=True)
class RuleNow:
    id: str
    lag: timedelta | None
    error: str | None
    held: str | None
    tripped: str | None


@dataclass(frozen=True)
class Vital:
    rules: tuple[RuleNow, ...]
    hearts: tuple[Heart, ...]
    stopped: tuple[Destination, ...]
    waits: timedelta | None


def vital(connection: Connection, run: str = t.LIVE) -> Vital:
    """What ``firstwin health`` goes by, within moments: whoever asks kills what does not answer in time."""
    real = clock(connection)
    found = find_run(connection, run)
    at = found.at(real) if found else real
    return Vital(
        tuple(_rules(connection, run, at)),
        hearts(connection, real),
        stopped(connection, real),
        waits(connection, run, at, real),
    )


def _rules(connection: Connection, run: str, at: datetime) -> Iterator[RuleNow]:
    pauses = {row.scope: row for row in connection.execute(select(t.pause))}
    for row in connection.execute(select(t.rule).where(t.rule.c.run == run).order_by(t.rule.c.id)):
        yield RuleNow(row.id, lag(row, at), row.error, row.held_why, tripped(pauses, row.id))


def lag(rule: Row[Any], at: datetime) -> timedelta | None:
    return None if rule.last_slot is None else at - rule.last_slot


def tripped(pauses: Mapping[str, Row[Any]], rule: str) -> str | None:
    """Why the rule was paused by itself, if it was."""
    pause = pauses.get(rule)
    return pause.why if pause is not None and pause.who == BY else None


def hearts(connection: Connection, real: datetime) -> tuple[Heart, ...]:
    h = t.heartbeat.c
    rows = connection.execute(select(h.who, h.kind, h.at, h.says).order_by(h.kind, h.who))
    return tuple(Heart(row.who, row.kind, real - row.at, said(row.says)) for row in rows)


def waits(connection: Connection, run: str, at: datetime, real: datetime) -> timedelta | None:
    """How long the oldest message has been due that nothing keeps back: asked of each destination, as its index goes."""
    found = holds(connection)
    if found.everything:
        return None
    asked = {"run": run, "at": at, "real": real}
    oldest = [
        due
        for name in _destinations(connection, run)
        if not _rests(found, name, real) and (due := connection.scalar(_oldest(found), asked | {"name": name}))
    ]
    return at - min(oldest) if oldest else None


d = t.delivery.c
_NEXT_NAME: Select[Any] = (
    select(d.destination)
    .where(IS_WAITING, d.run == bindparam("run"), d.destination > bindparam("after"))
    .order_by(d.destination)
    .limit(1)
)
_OLDEST: Select[Any] = (
    select(d.due_at)
    .where(IS_WAITING, d.run == bindparam("run"), d.destination == bindparam("name"))
    .where(d.due_at <= bindparam("at", type_=Instant()))
    .where(or_(d.retry_at.is_(None), d.retry_at <= bindparam("real", type_=Instant())))
    .order_by(d.due_at)
    .limit(1)
)


def _destinations(connection: Connection, run: str) -> Iterator[str]:
    """Those that messages wait for, from one to the next: a DISTINCT would read all that wait."""
    name: str | None = ""
    while (name := connection.scalar(_NEXT_NAME, {"run": run, "after": name})) is not None:
        yield name


def _oldest(found: Holds) -> Select[Any]:
    return _OLDEST.where(d.rule.not_in(sorted(found.rules))) if found.rules else _OLDEST


def _rests(found: Holds, name: str, real: datetime) -> bool:
    """Whether that destination takes nothing now."""
    return name in found.destinations or name in found.resting or found.asks_to_wait(name, real)
