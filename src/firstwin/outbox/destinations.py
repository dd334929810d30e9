"""The places that messages go to: each has a row, which claims are made under and which says whether it takes any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert  # SQLite takes the same ON CONFLICT

from firstwin.db.engine import clock
from firstwin.db.tables import destination
from firstwin.outbox.breaker import Breaker, Probe
from firstwin.outbox.bucket import Admitted, admit

c = destination.c
OF_BREAKER = (
    c.breaker, c.breaker_since, c.opened_until, c.open_for_s, c.failures_in_row, c.recent, c.failing_since, c.probe_delivery,
    c.probe_fence,
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A destination as its row has it. ``next_free``: where it has a rate, nothing goes to the wire before then."""

    name: str
    breaker: Breaker
    next_free: datetime | None = None


def know(connection: Connection, names: Iterable[str]) -> None:
    """Makes sure that each destination has its row, which is what claims are made under."""
    rows = [{"name": name} for name in sorted(names)]
    if rows:
        connection.execute(insert(destination).on_conflict_do_nothing(), rows)


# ---- what a claim and an answer see of it ---------------------------------------------------------------------------


def lock_destination(connection: Connection, name: str) -> Place | None:
    """Takes the destination's row until the end of the transaction; None while somebody else has it, or it has none."""
    row = connection.execute(_LOCK_FREE, {"wanted": name}).one_or_none()
    return None if row is None else _place(row)


def lock_destinations(connection: Connection, names: Iterable[str]) -> dict[str, Place]:
    """The same for several, and waits for those who have them."""
    found: dict[str, Place] = {}
    for name in sorted(names):  # in this order everywhere, so that nobody waits for whoever waits for them
        row = connection.execute(_LOCK, {"wanted": name}).one_or_none()
        if row is not None:
            found[name] = _place(row)
    return found


_ROW: Select[Any] = select(c.name, c.next_free_at, *OF_BREAKER).where(c.name == bindparam("wanted"))
_LOCK = _ROW.with_for_update()
_LOCK_FREE = _ROW.with_for_update(skip_locked=True)


def _place(row: Row[Any]) -> Place:
    return Place(row.name, breaker_of(row), row.next_free_at)


def breaker_of(row: Row[Any]) -> Breaker:
    """The breaker in a row that holds what ``OF_BREAKER`` names."""
    probe = None if row.probe_delivery is None else Probe(row.probe_delivery, row.probe_fence)
    return Breaker(
        row.breaker,
        row.breaker_since,
        row.opened_until,
        timedelta(seconds=row.open_for_s),
        row.failures_in_row,
        tuple((number, worked, failed) for number, worked, failed in row.recent or ()),
        row.failing_since,
        probe,
    )


def set_breaker(connection: Connection, name: str, breaker: Breaker) -> None:
    """Of a destination whose row is locked."""
    connection.execute(_SET_BREAKER, {"wanted": name, **_columns(breaker)})


def _columns(breaker: Breaker) -> dict[str, Any]:
    return {
        "v_breaker": breaker.state,
        "v_breaker_since": breaker.since,
        "v_opened_until": breaker.until,
        "v_open_for_s": int(breaker.rest.total_seconds()),
        "v_failures_in_row": breaker.in_a_row,
        "v_recent": [list(each) for each in breaker.recent] or None,
        "v_failing_since": breaker.failing_since,
        "v_probe_delivery": breaker.probe.delivery if breaker.probe else None,
        "v_probe_fence": breaker.probe.fence if breaker.probe else None,
    }


_SET_BREAKER: Update = (
    update(destination)
    .where(c.name == bindparam("wanted"))
    .values({column.name: bindparam(f"v_{column.name}", type_=column.type) for column in OF_BREAKER})
)


def ask_to_wait(connection: Connection, name: str, until: datetime) -> None:
    """Nothing is sent there before ``until``: the other side said so."""
    is_later = c.not_before.is_(None) | (c.not_before < until)
    connection.execute(update(destination).where(c.name == name, is_later).values(not_before=until))


def admit_to(connection: Connection, name: str, rate: float, wanted: int) -> Admitted:
    """How many messages may go there now, by its rate; their time is taken for them. All processes count together."""
    row = connection.execute(_NEXT_FREE, {"wanted": name}).one_or_none()
    admitted = admit(row.next_free_at if row else None, rate, wanted, clock(connection))
    if admitted.count:
        connection.execute(_SET_NEXT_FREE, {"wanted": name, "at": admitted.next_free})
    return admitted


_NEXT_FREE = select(c.next_free_at).where(c.name == bindparam("wanted")).with_for_update()
_SET_NEXT_FREE = update(destination).where(c.name == bindparam("wanted")).values(next_free_at=bindparam("at"))


# ---- what a person does with it -------------------------------------------------------------------------------------


def pause_destination(connection: Connection, name: str, at: datetime) -> None:
    know(connection, [name])
    connection.execute(update(destination).where(c.name == name).values(paused_at=at))


def disable(connection: Connection, why: Mapping[str, str], at: datetime) -> list[str]:
    """The other side is gone for good: nothing is sent there until a person enables it. ``why`` by name.

    Returns those that were not disabled before.
    """
    return [name for name in sorted(why) if _disable(connection, name, why[name], at)]


def _disable(connection: Connection, name: str, why: str, at: datetime) -> bool:
    found = connection.execute(
        update(destination)
        .where(c.name == name, c.disabled_at.is_(None))
        .values(disabled_at=at, disabled_why=why, disabled_told=None)
    )
    return found.rowcount == 1


def told(connection: Connection, name: str, whom: str) -> None:
    """The people of the destination ``whom`` are told that ``name`` is disabled."""
    connection.execute(update(destination).where(c.name == name).values(disabled_told=whom))


def enable(connection: Connection, name: str) -> bool:
    """Ends a pause of a destination, what disabled it, the rest of its breaker, and what it asked to wait. False if it took messages anyway."""
    statement = (
        update(destination)
        .where(c.name == name, IS_KEPT_BACK)
        .values(
            paused_at=None,
            disabled_at=None,
            disabled_why=None,
            disabled_told=None,
            not_before=None,
            **{column.removeprefix("v_"): value for column, value in _columns(Breaker()).items()},
        )
        .returning(c.name)
    )
    return connection.execute(statement).first() is not None


IS_KEPT_BACK = (
    c.paused_at.is_not(None) | c.disabled_at.is_not(None) | (c.breaker != "closed") | c.not_before.is_not(None)
)
