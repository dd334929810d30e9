"""Those who asked for less mail: at most one in a week, service mail aside, to the same person or address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row

from firstwin.db.engine import alone
from firstwin.decide.silence import LESS_OFTEN, SERVICE
from firstwin.outbox.clocks import Clocks
from firstwin.outbox.lately import about_people, lately, recipient

A_WEEK: Final = timedelta(days=7)


def too_soon(
    connection: Connection, at: Clocks, rows: Sequence[Row[Any]], classes: Mapping[str, frozenset[str]]
) -> set[int]:
    """The ids of those rows that would come within a week of another mail; of several here, the first may go."""
    concerned = [row for row in rows if _wants_less(row, classes)]
    if not concerned:
        return set()
    alone(connection, "week")  # another worker may be about to send to the same person
    others = lately(connection, about_people(at, concerned), at.now - A_WEEK)
    reached = {who for row in others for who in recipient(row)}
    found: set[int] = set()
    for row in concerned:
        if reached.isdisjoint(recipient(row)):
            reached.update(recipient(row))
        else:
            found.add(row.id)
    return found


def _wants_less(row: Row[Any], classes: Mapping[str, frozenset[str]]) -> bool:
    if row.message_class == SERVICE:
        return False
    return any(LESS_OFTEN in classes.get(who, ()) for who in recipient(row))
