"""Order: at some destinations a message about an account goes out only when the older ones about it are through."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, literal_column, or_

from firstwin.db.tables import delivery
from firstwin.db.types import Instant
from firstwin.outbox.states import TAKEN, WAITING, State

older = delivery.alias("older")
c, o = delivery.c, older.c


def is_behind(but: tuple[str, ...]) -> ColumnElement[bool]:
    """Whether an older delivery to the same destination about the same account is still to come through.

    One that is not due yet keeps nobody waiting, nor does one of the rules ``but``, which stand still, nor one that is dead or
    of unknown outcome.
    """
    is_due = o.due_at <= bindparam("now", type_=Instant())
    goes = and_(is_due, o.rule.not_in(but)) if but else is_due
    return exists().where(
        o.account_id == c.account_id,
        o.destination == c.destination,
        o.id + 0 < c.id,  # said so that no planner looks for it by the primary key, through all that ever was
        o.run == c.run,
        _is(*WAITING, *TAKEN),
        or_(_is(State.RETRY_WAIT, *TAKEN), goes),
    )


@cache
def _is(*states: State) -> ColumnElement[Any]:
    return o.state.in_([literal_column(f"'{state}'") for state in states])
