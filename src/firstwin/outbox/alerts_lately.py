"""The alerts that somebody in the company got lately, may have got, or is about to get."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, or_, select

from firstwin.db.bulk import one_of, one_of_ids
from firstwin.db.tables import delivery
from firstwin.db.types import Instant
from firstwin.outbox.clocks import Clocks
from firstwin.outbox.lately import ARRIVED, MAY_HAVE_ARRIVED
from firstwin.outbox.notices import NOTICE
from firstwin.outbox.rows import state_in
from firstwin.outbox.states import State
from firstwin.rules.caps import Cap

c = delivery.c


def alerts_lately(connection: Connection, at: Clocks, to: str, own: Sequence[Row[Any]], cap: Cap) -> Sequence[int]:
    """The ids of those at one destination within the cap's window, of many as many as the cap allows. Not these ``own``."""
    since = at.now - cap.in_last
    window = {"since": since, "since_day": since.date(), "most": cap.at_most}
    asked = {"run": at.run.id, "own": [row.id for row in own], "to": to}
    return connection.execute(_LATELY, asked | window).scalars().all()


def alerts_due(connection: Connection, at: Clocks, whom: Sequence[str], own: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """What else is due at these destinations now."""
    asked = {"run": at.run.id, "own": [row.id for row in own], "whom": list(whom), "now": at.now}
    return connection.execute(_DUE, asked).all()


_ALERTS = and_(c.run == bindparam("run"), c.channel == "alert", c.rule != NOTICE, ~one_of_ids(c.id, "own"))
_LATELY: Select[Any] = (
    select(c.id)
    .where(c.destination == bindparam("to"), _ALERTS)
    .where(
        or_(
            ARRIVED,
            and_(c.settled_at.is_(None), or_(state_in((State.SENDING,)), MAY_HAVE_ARRIVED)),
        )
    )
    .limit(bindparam("most"))
)
_DUE: Select[Any] = select(c.rule, c.destination).where(
    one_of(c.destination, "whom"),
    _ALERTS,
    state_in((State.SCHEDULED, State.RETRY_WAIT, State.LEASED)),
    c.due_at <= bindparam("now", type_=Instant()),
)
