"""Digests: which subjects a delivery of many is about, who is still on its list, and who came off it and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from firstwin.db.bulk import one_of, one_of_ids
from firstwin.db.insert import insert_new
from firstwin.db.runs import Run
from firstwin.db.tables import delivery, digest, digest_item
from firstwin.decide.value import NotSent, Nudge, Planned, Reason
from firstwin.match.value import Standing
from firstwin.outbox.key import key_of
from firstwin.outbox.states import WAITING
from firstwin.rules.terms import Digest

CHANNEL = "digest"


# ---- when it is decided ---------------------------------------------------------------------------------------------


def list_items(connection: Connection, run: Run, nudges: Sequence[tuple[Nudge, int]]) -> list[Nudge]:
    """Puts each nudge, with its id, on the list of its digest, which is stored already.

    Whoever comes when the digest has gone out is told so: nobody gets a second one for the same moment.
    """
    wanted = [
        _Wanted(key_of(run, each.match, planned), each, planned, id_)
        for each, id_ in nudges
        for planned in each.planned
        if planned.channel == CHANNEL
    ]
    if not wanted:
        return []
    found = connection.execute(_BY_KEY, {"keys": sorted({one.key for one in wanted})})
    lists = {row.key: row.id for row in found if row.state in WAITING}
    listed = [one for one in wanted if one.key in lists]
    insert_new(connection, digest, [_order(lists[one.key], one.planned) for one in listed])
    insert_new(connection, digest_item, [_item(lists[one.key], one) for one in listed])
    return [one.nudge._replace(not_sent=(_too_late(one.planned),)) for one in wanted if one.key not in lists]


@dataclass(frozen=True)
class _Wanted:
    key: str
    nudge: Nudge
    planned: Planned
    nudge_id: int


_BY_KEY = (
    select(delivery.c.id, delivery.c.key, delivery.c.state).where(one_of(delivery.c.key, "keys")).with_for_update()
)


def _order(delivery_id: int, planned: Planned) -> dict[str, Any]:
    if not isinstance(planned.action, Digest):
        raise TypeError(planned.action)
    order = planned.action.order_by
    return {
        "delivery_id": delivery_id,
        "receiver": planned.receiver,
        "top": planned.action.top,
        "lowest_first": bool(order and order.lowest_first),
    }


def _item(delivery_id: int, one: _Wanted) -> dict[str, Any]:
    return {
        "delivery_id": delivery_id,
        "nudge_id": one.nudge_id,
        "start_id": one.nudge.match.start.id,
        "account_id": one.nudge.account_id,
        "props": {"value": one.planned.value},
    }


def _too_late(planned: Planned) -> NotSent:
    return NotSent(planned.action, Reason.TOO_LATE, "the digest had gone out")


# ---- at the wire ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """One subject of a digest, and how it stands now. ``why_not`` is empty while it is on the list."""

    nudge_id: int
    start_id: int
    account_id: str | None
    value: Any
    standing: Standing | None
    why_not: str | None


@dataclass(frozen=True)
class Listed:
    """A digest as it is now: who is on it, the first first. ``changed``: not the ones that were on it when it was written."""

    receiver: str
    top: int
    items: tuple[Item, ...]
    changed: bool = False

    @property
    def told(self) -> tuple[int, ...]:
        """The starts of those who are told one by one."""
        return tuple(sorted(item.start_id for item in self.items[: self.top]))

    def shown(self, standings: Mapping[int, Standing]) -> Listed:
        """The same, with what shows how these starts stand."""
        return replace(
            self, items=tuple(replace(i, standing=standings.get(i.start_id, i.standing)) for i in self.items)
        )


Ask = Callable[[Row[Any], Sequence[int]], Mapping[int, Standing]]


def look_through(
    connection: Connection, rows: Sequence[Row[Any]], ask: Ask, why_cancelled: Callable[[Standing | None], str | None]
) -> dict[int, Listed]:
    """Asks for every subject of these digests whether it is still wanted, and writes down who is not.

    Who came off a list does not come back to it: the next digest will tell.
    """
    if not rows:
        return {}
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for item in connection.execute(_ITEMS, {"ids": [row.id for row in rows]}):
        found[item.delivery_id].append(item)
    orders = {row.delivery_id: row for row in connection.execute(_ORDERS, {"ids": [row.id for row in rows]})}
    listed = {
        row.id: _listed(orders[row.id], found[row.id], ask, row, why_cancelled) for row in rows if row.id in orders
    }
    _write_down(connection, listed)
    return {
        id_: replace(each, items=tuple(one for one in each.items if one.why_not is None))
        for id_, each in listed.items()
    }


_ITEMS = (
    select(digest_item)
    .where(one_of_ids(digest_item.c.delivery_id, "ids"), digest_item.c.reason.is_(None))
    .order_by(digest_item.c.delivery_id, digest_item.c.nudge_id)
)
_ORDERS = select(digest).where(one_of_ids(digest.c.delivery_id, "ids"))


def _listed(
    order: Row[Any],
    rows: Sequence[Row[Any]],
    ask: Ask,
    of: Row[Any],
    why_cancelled: Callable[[Standing | None], str | None],
) -> Listed:
    standings = ask(of, sorted(row.start_id for row in rows))
    items = [_judged(row, standings.get(row.start_id), why_cancelled) for row in rows]
    came_off = any(item.why_not is not None for item in items)
    return Listed(order.receiver, order.top, in_order(items, lowest_first=order.lowest_first), came_off)


def _judged(row: Row[Any], standing: Standing | None, why_cancelled: Callable[[Standing | None], str | None]) -> Item:
    return Item(row.nudge_id, row.start_id, row.account_id, row.props.get("value"), standing, why_cancelled(standing))


def in_order(items: Iterable[Item], *, lowest_first: bool) -> tuple[Item, ...]:
    """Numbers by size, texts by the alphabet (dates among them), and last of all those without a value."""
    items = list(items)
    numbers = [item for item in items if isinstance(item.value, int | float)]
    texts = [item for item in items if isinstance(item.value, str)]
    others = [item for item in items if not isinstance(item.value, int | float | str)]
    sign = 1 if lowest_first else -1
    numbers.sort(key=lambda item: sign * item.value)
    texts.sort(key=lambda item: str(item.value), reverse=not lowest_first)
    return (*numbers, *texts, *others)


def _write_down(connection: Connection, listed: Mapping[int, Listed]) -> None:
    off: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for id_, each in listed.items():
        for item in each.items:
            if item.why_not is not None:
                off[id_, item.why_not].append(item.nudge_id)
    for (id_, why), nudges in off.items():
        connection.execute(_OFF, {"of_delivery": id_, "nudges": nudges, "why": why})


_OFF = (
    update(digest_item)
    .where(digest_item.c.delivery_id == bindparam("of_delivery"), one_of_ids(digest_item.c.nudge_id, "nudges"))
    .values(reason=bindparam("why"))
)


# ---- when it has arrived --------------------------------------------------------------------------------------------


def told_of(connection: Connection, deliveries: Iterable[Row[Any]]) -> list[tuple[int, str | None, Row[Any]]]:
    """Each nudge that these deliveries carried, its account, and the delivery."""
    rows = list(deliveries)
    by_id = {row.id: row for row in rows if row.channel == CHANNEL}
    found = [(row.nudge_id, row.account_id, row) for row in rows if row.channel != CHANNEL]
    if by_id:
        listed = connection.execute(_ITEMS, {"ids": sorted(by_id)})
        found += [(item.nudge_id, item.account_id, by_id[item.delivery_id]) for item in listed]
    return found
