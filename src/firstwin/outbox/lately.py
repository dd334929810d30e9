"""The mails that somebody got lately, may have got, or is about to get; service mails count as none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, bindparam, or_, select

from firstwin.db.bulk import one_of, one_of_ids
from firstwin.db.tables import delivery
from firstwin.db.types import Instant
from firstwin.decide.silence import SERVICE
from firstwin.outbox.clocks import Clocks
from firstwin.outbox.rows import state_in
from firstwin.outbox.states import State

ALL: Final = 10**9


def recipient(row: Row[Any]) -> tuple[str, ...]:
    """Whom a delivery goes to, as suppressions are found by: the person, and the address in small letters."""
    return tuple(who for who in (row.person_id, (row.address or "").lower()) if who)


def about_people(at: Clocks, rows: Sequence[Row[Any]]) -> dict[str, Any]:
    """To ask about other mails to those whom these go to."""
    return {
        "run": at.run.id,
        "own": [row.id for row in rows],
        "people": [row.person_id for row in rows if row.person_id],
        "addresses": sorted({spelled for row in rows if row.address for spelled in (row.address, row.address.lower())}),
        "accounts": [],
    }


def about_accounts(at: Clocks, rows: Sequence[Row[Any]], *accounts: str) -> dict[str, Any]:
    """To ask about other mails to the people of these accounts."""
    return about_people(at, rows) | {"people": [], "addresses": [], "accounts": list(accounts)}


def lately(connection: Connection, asked: dict[str, Any], since: datetime, most: int = ALL) -> Sequence[Row[Any]]:
    """Those mails after ``since``, the newest decisions first, with ``person_id``, ``address`` and ``account_id``."""
    window = {"since": since, "since_day": since.date(), "most": most}
    return connection.execute(_LATELY, asked | window).all()


c = delivery.c
TO_THEM = and_(
    or_(one_of(c.person_id, "people"), one_of(c.address, "addresses"), one_of(c.account_id, "accounts")),
    c.run == bindparam("run"),
    c.channel == "email",
    c["class"] != SERVICE,
    ~one_of_ids(c.id, "own"),
)
ARRIVED = and_(state_in((State.DELIVERED,)), c.settled_at > bindparam("since", type_=Instant()))
MAY_HAVE_ARRIVED = and_(state_in((State.UNKNOWN,)), c.sent_day >= bindparam("since_day"))
_LATELY: Select[Any] = (
    select(c.person_id, c.address, c.account_id)
    .where(TO_THEM, or_(ARRIVED, MAY_HAVE_ARRIVED, state_in((State.SENDING,))))
    .order_by(c.created_at.desc())
    .limit(bindparam("most"))
)
