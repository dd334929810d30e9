"""What came over HTTP from each source: how much, how late, and what could not be taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Executable, Row, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert  # SQLite takes the same ON CONFLICT

from firstwin.db.tables import event, intake, reject, write_key
from firstwin.facts.posted import Unfit

NOTED_AT_ONCE: Final = 20  # of the messages refused in one transaction
KEPT: Final = 100  # refusals of each source
MINUTES_KEPT: Final = timedelta(days=31)
RATE_OVER: Final = timedelta(minutes=5)
LAG_OVER: Final = timedelta(hours=1)
REJECTS_OVER: Final = timedelta(days=1)


@dataclass(frozen=True)
class Intake:
    """What one source brought in one transaction. ``lag_ms``: of all new ones together, from happening to arriving."""

    new: int = 0
    repeated: int = 0
    lag_ms: int = 0
    unfit: Sequence[Unfit] = ()


def note_intake(connection: Connection, source: str, taken: Intake, at: datetime) -> None:
    """Adds to the source's counts of this minute."""
    minute = at.replace(second=0, microsecond=0)
    counts = {"new": taken.new, "repeated": taken.repeated, "rejected": len(taken.unfit), "lag_ms": taken.lag_ms}
    connection.execute(_ADD, {"source": source, "minute": minute, **counts})
    if taken.unfit:
        _note_rejects(connection, source, taken.unfit[:NOTED_AT_ONCE], at)


def _add() -> Executable:
    new = upsert(intake)
    sums = {name: intake.c[name] + new.excluded[name] for name in ("new", "repeated", "rejected", "lag_ms")}
    return new.on_conflict_do_update(index_elements=["source", "minute"], set_=sums)


_ADD = _add()


def _note_rejects(connection: Connection, source: str, unfit: Sequence[Unfit], at: datetime) -> None:
    rows = [{"source": source, "at": at, "message_id": one.message_id, "reason": one.reason} for one in unfit]
    connection.execute(insert(reject), rows)
    newest = select(reject.c.id).where(reject.c.source == source).order_by(reject.c.id.desc()).offset(KEPT).limit(1)
    last = connection.execute(newest).scalar()
    if last is not None:
        connection.execute(delete(reject).where(reject.c.source == source, reject.c.id <= last))


def forget_old_minutes(connection: Connection, at: datetime) -> None:
    connection.execute(delete(intake).where(intake.c.minute < at - MINUTES_KEPT))


# ---- how it stands --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SourceStatus:
    """``rate`` is in messages a second over five minutes, ``lag`` how old messages of the last hour were on arrival (the mean).

    ``rejected`` counts a day, ``newest_reject`` is the reason of the last. ``unplaced`` events have no account yet.
    """

    source: str
    rate: float
    lag: timedelta | None
    rejected: int
    newest_reject: str | None
    unplaced: int
    last_at: datetime | None


def source_status(connection: Connection, at: datetime) -> list[SourceStatus]:
    """Every source that has a write key, or that brought something in the last day or something without an account."""
    recent = {row.source: row for row in connection.execute(_recent(at))}
    unplaced: dict[str, int] = dict(connection.execute(_UNPLACED).all())
    keyed = set(connection.scalars(select(write_key.c.source).where(write_key.c.revoked_at.is_(None))))
    reasons: dict[str, str] = dict(connection.execute(_NEWEST_REASONS).all())
    names = sorted(keyed | recent.keys() | unplaced.keys())
    return [_status(name, recent.get(name), reasons.get(name), unplaced.get(name, 0)) for name in names]


def _status(name: str, row: Row[Any] | None, reason: str | None, unplaced: int) -> SourceStatus:
    if row is None:
        return SourceStatus(name, 0.0, None, 0, None, unplaced, None)
    lag = timedelta(milliseconds=int(row.lag_ms) / row.timely) if row.timely else None
    rate = row.just_now / RATE_OVER.total_seconds()
    return SourceStatus(name, rate, lag, row.rejected, reason if row.rejected else None, unplaced, row.last_at)


def _recent(at: datetime) -> Executable:
    i = intake.c
    just_now, timely = i.minute > at - RATE_OVER, i.minute > at - LAG_OVER

    def total(column: Any, when: Any = None) -> Any:  # noqa: ANN401 - SQL expressions
        found = func.sum(column)
        return func.coalesce(found if when is None else found.filter(when), 0)

    return (
        select(
            i.source,
            total(i.new + i.repeated, just_now).label("just_now"),
            total(i.new, timely).label("timely"),
            total(i.lag_ms, timely).label("lag_ms"),
            total(i.rejected).label("rejected"),
            func.max(i.minute).label("last_at"),
        )
        .where(i.minute > at - REJECTS_OVER)
        .group_by(i.source)
    )


_UNPLACED = (
    select(func.coalesce(event.c.source, ""), func.count())
    .where(event.c.account_id.is_(None), event.c.name.not_like("firstwin.%"))
    .group_by(event.c.source)
)
_NEWEST_REASONS = select(reject.c.source, reject.c.reason).where(
    reject.c.id.in_(select(func.max(reject.c.id)).group_by(reject.c.source))
)
