"""Those who asked for less mail: at most one in a week, service mail aside, to the same person or address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, bindparam, or_, select

from firstwin.db.bulk import one_of, one_of_ids
from firstwin.db.engine import alone
from firstwin.db.tables import delivery
from firstwin.db.types import Instant
from firstwin.decide.silence import LESS_OFTEN, SERVICE
from firstwin.outbox.clocks import Clocks
from firstwin.outbox.rows import state_in
from firstwin.outbox.states import State

A_WEEK: Final = timedelta(days=7)


def recipient(row: Row[Any]) -> tuple[str, ...]:
    """Whom a delivery goes to, as suppressions are found by: the person, and the address in small letters."""
    return tuple(who for who in (row.person_id, (row.address or "").lower()) if who)


def too_soon(
    connection: Connection, at: Clocks, rows: Sequence[Row[Any]], classes: Mapping[str, frozenset[str]]
) -> set[int]:
    """The ids of those rows that would come within a week of another mail; of several here, the first may go."""
    concerned = [row for row in rows if _wants_less(row, classes)]
    if not concerned:
        return set()
    alone(connection, "week")  # another worker may be about to send to the same person
    lately = set(_lately(connection, at, concerned))
    found: set[int] = set()
    for row in concerned:
        if lately.isdisjoint(recipient(row)):
            lately.update(recipient(row))
        else:
            found.add(row.id)
    return found


def _wants_less(row: Row[Any], classes: Mapping[str, frozenset[str]]) -> bool:
    if row.message_class == SERVICE:
        return False
    return any(LESS_OFTEN in classes.get(who, ()) for who in recipient(row))


def _lately(connection: Connection, at: Clocks, rows: Sequence[Row[Any]]) -> Iterable[str]:
    """The people and addresses that something reached within the week, or is on its way to."""
    asked = {
        "run": at.run.id,
        "own": [row.id for row in rows],
        "people": [row.person_id for row in rows if row.person_id],
        "addresses": sorted({spelled for row in rows if row.address for spelled in (row.address, row.address.lower())}),
        "since": at.now - A_WEEK,
        "since_day": (at.now - A_WEEK).date(),
    }
    for row in connection.execute(_LATELY, asked):
        yield from recipient(row)


c = delivery.c
_ARRIVED = and_(state_in((State.DELIVERED,)), c.settled_at > bindparam("since", type_=Instant()))
_MAY_HAVE_ARRIVED = and_(state_in((State.UNKNOWN,)), c.sent_day >= bindparam("since_day"))
_LATELY: Select[Any] = (
    select(c.person_id, c.address)
    .where(or_(one_of(c.person_id, "people"), one_of(c.address, "addresses")))
    .where(c.run == bindparam("run"), c["class"] != SERVICE, ~one_of_ids(c.id, "own"))
    .where(or_(_ARRIVED, _MAY_HAVE_ARRIVED, state_in((State.SENDING,))))
)
