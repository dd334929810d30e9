"""The rows of deliveries: how they are found by state, locked, and changed one step at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Update, bindparam, exists, literal_column, select, update

from firstwin.db.bulk import one_of_ids
from firstwin.db.tables import delivery, destination
from firstwin.outbox.states import TAKEN, WAITING, By, State, require


class Lost(Exception):  # noqa: N818 - it says what is wrong
    """A row changed while this transaction held it: a bug."""


def state_in(states: Sequence[State]) -> ColumnElement[bool]:
    """Written out in the SQL: a partial index serves a query only if its condition can be read there."""
    return delivery.c.state.in_([literal_column(f"'{state}'") for state in states])


IS_WAITING = state_in(WAITING)
IS_TAKEN = state_in(TAKEN)


@dataclass(frozen=True)
class Change:
    """One step of one delivery, and the columns that change with it."""

    id: int
    fence: int
    before: State
    after: State
    values: Mapping[str, Any] = field(default_factory=dict)


def lock(connection: Connection, ids: Iterable[int]) -> dict[int, Row[Any]]:
    """The rows with these ids; nobody else changes them before this transaction ends."""
    rows = connection.execute(_LOCK, {"ids": sorted(ids)}).all()
    return {row.id: row for row in rows}


c = delivery.c
MESSAGE_CLASS = c["class"].label("message_class")  # a row's own `class` would be a keyword
WORKED_WITH = (
    c.id, c.fence, c.state, c.run, c.rule, c.step, c.start_id, c.nudge_id, c.account_id, c.person_id, c.channel, c.destination,
    c.address, c.due_at, c.expires_at, c.attempts, c.reason, c.lease_losses, c.sent_day, MESSAGE_CLASS,
)  # fmt: skip
_LOCK: Select[Any] = select(*WORKED_WITH).where(one_of_ids(c.id, "ids")).order_by(c.id).with_for_update(of=delivery)
_IS_WATCHED = exists().where(
    destination.c.name == c.destination, (destination.c.breaker != "closed") | destination.c.recent.is_not(None)
)
_LOCK_WATCHED = _LOCK.add_columns(_IS_WATCHED.label("is_watched"))


def lock_watched(connection: Connection, ids: Iterable[int]) -> dict[int, Row[Any]]:
    """The same, each with whether its destination ``is_watched``: some attempt there has failed lately."""
    rows = connection.execute(_LOCK_WATCHED, {"ids": sorted(ids)}).all()
    return {row.id: row for row in rows}


def change(connection: Connection, by: By, changes: Iterable[Change]) -> None:
    """Makes each change, of rows that this transaction has locked; those that are alike in one statement.

    Compared once more with state and fence in the statement itself: a mistake is an error, never a lost update.
    """
    alike: defaultdict[Alike, list[int]] = defaultdict(list)
    for each in changes:
        alike[each.before, each.after, each.fence, tuple(each.values.items())].append(each.id)
    for (before, after, fence, values), ids in alike.items():
        require(before, after, by)
        asked = {"ids": ids, "b_before": before.value, "b_after": after.value, "b_fence": fence}
        statement = _update(tuple(name for name, _ in values))
        found = connection.execute(statement, asked | {f"v_{name}": value for name, value in values})
        if found.rowcount != len(ids):
            msg = f"of {len(ids)} deliveries some were changed by another"
            raise Lost(msg)


Alike = tuple[State, State, int, tuple[tuple[str, Any], ...]]


@lru_cache(maxsize=64)
def _update(names: tuple[str, ...]) -> Update:
    return (
        update(delivery)
        .where(one_of_ids(c.id, "ids"), c.fence == bindparam("b_fence"), c.state == bindparam("b_before"))
        .values(state=bindparam("b_after"), **{name: bindparam(f"v_{name}") for name in names})
    )
