"""Claims: a worker takes due deliveries of one destination under a lease, and nobody else can have them meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, exists, or_, select, true

from firstwin.db.tables import attempt, delivery
from firstwin.db.types import Instant
from firstwin.decide.value import Channel, Reason
from firstwin.outbox import limits
from firstwin.outbox.breaker import Breaker, Probe, probed
from firstwin.outbox.bucket import AT_ONCE, Flow
from firstwin.outbox.clocks import Clocks, clocks
from firstwin.outbox.destinations import lock_destination, set_breaker
from firstwin.outbox.holds import Holds, holds
from firstwin.outbox.order import is_behind
from firstwin.outbox.rows import IS_TAKEN, IS_WAITING, MESSAGE_CLASS, Change, change
from firstwin.outbox.states import By, State

LEASE = timedelta(seconds=limits.LEASE)
MOST = 500  # rows in one claim
MOST_GROUPS = 16  # (rule, step) groups in one claim
MOST_SUSPECTS = 4  # rows that a worker was lost with for the first time
Lost = Literal["never", "once", "again"]  # how often a worker was lost that held a row

c = delivery.c
MAY_HAVE_ARRIVED = exists().where(attempt.c.delivery_id == c.id, attempt.c.outcome.in_(("unknown", "late")))
READ = (
    c.id, c.fence, c.state, c.key, c.nudge_id, c.rule, c.step, c.start_id, c.account_id, c.person_id, c.channel,
    c.template, MESSAGE_CLASS, c.destination, c.address, c.expires_at, c.lease_losses,
    MAY_HAVE_ARRIVED.label("possible_repeat"),
)  # fmt: skip


@dataclass(frozen=True)
class Leased:
    """A delivery that this worker may work on until its lease is over; ``fence`` proves it.

    ``possible_repeat``: an earlier attempt may have arrived. ``suspect``: a worker was lost while it held this one.
    """

    id: int
    fence: int
    key: str
    nudge_id: int
    rule: str
    step: str
    start_id: int
    account_id: str | None
    person_id: str | None
    channel: Channel
    template: str
    message_class: str
    destination: str
    address: str | None
    possible_repeat: bool
    suspect: bool


def fences(leased: Iterable[Leased]) -> dict[int, int]:
    """By id: what proves that these are held by whoever asks."""
    return {each.id: each.fence for each in leased}


class Elsewhere(Exception):  # noqa: N818 - not an error: another worker claims here, and it takes milliseconds
    """Somebody else has the destination's row."""


def claim(
    connection: Connection,
    run_id: str,
    destination: str,
    worker: str,
    *,
    most: int = MOST,
    suspects: bool = False,
    flow: Flow = AT_ONCE,
) -> tuple[Leased, ...]:
    """At most ``most`` due deliveries, the oldest first, those of one rule and step together.

    With ``suspects`` a few of those that a lost worker held: hardly any of them killed it. Should one kill this worker too, each
    of these few is claimed alone from then on.
    Those that come too late are expired, and those of what is paused are held, on the way. Raises Elsewhere.
    """
    at = clocks(connection, run_id)
    place = lock_destination(connection, destination)
    if place is None:
        raise Elsewhere
    found = holds(connection)
    if found.everything or destination in found.destinations or _rests(connection, place.breaker, at):
        _hold(connection, at, destination, found, true())
        return ()
    if found.rules:
        _hold(connection, at, destination, found, c.rule.in_(sorted(found.rules)))
    if found.asks_to_wait(destination, at.real) or flow.is_far_off(place.next_free, at.real):
        return ()
    asked = _Asked(destination, tuple(sorted(found.rules)), flow, 1 if not place.breaker.is_closed else min(most, MOST))
    taken = _suspects(connection, at, asked, worker) if suspects else _take(connection, at, asked, "never", worker)
    if taken and not place.breaker.is_closed:
        probe = Probe(taken[0].id, taken[0].fence)
        set_breaker(connection, destination, probed(place.breaker, probe, at.real))
    return taken


def _rests(connection: Connection, breaker: Breaker, at: Clocks) -> bool:
    """Whether nothing may go: its breaker is open and not yet over, or its one probe is out."""
    if breaker.is_closed:
        return False
    if breaker.state == "open":
        return not breaker.is_over(at.real)
    return breaker.probe is not None and _is_out(connection, breaker.probe)


def _is_out(connection: Connection, probe: Probe) -> bool:
    """A probe that a gate has stopped, or whose worker was lost, tells nothing any more: the next one may go."""
    return connection.execute(_OUT, {"id": probe.delivery, "fence": probe.fence}).first() is not None


_OUT = select(c.id).where(c.id == bindparam("id"), c.fence == bindparam("fence"), IS_TAKEN)


@dataclass(frozen=True)
class _Asked:
    """Of which due deliveries: those of one destination, but of these rules nothing, and at most so many."""

    destination: str
    but: tuple[str, ...]
    flow: Flow
    most: int


def _hold(connection: Connection, at: Clocks, destination: str, found: Holds, which: ColumnElement[bool]) -> None:
    """Says of what is due and stands still why it does."""
    query: Select[Any] = _due().with_only_columns(c.id, c.fence, c.state, c.rule)
    query = query.where(c.state != State.HELD.value, which)
    rows = connection.execute(_locked(query), _parameters(at, destination, MOST)).all()
    change(connection, By.CLAIM, [_held(row, found.why(row.rule, destination)) for row in rows])


def _held(row: Row[Any], reason: Reason | None) -> Change:
    return Change(row.id, row.fence, State(row.state), State.HELD, {"reason": reason})


def _suspects(connection: Connection, at: Clocks, asked: _Asked, worker: str) -> tuple[Leased, ...]:
    few = replace(asked, most=min(asked.most, MOST_SUSPECTS))
    return _take(connection, at, few, "once", worker) or _take(connection, at, replace(asked, most=1), "again", worker)


def _take(connection: Connection, at: Clocks, asked: _Asked, lost: Lost, worker: str) -> tuple[Leased, ...]:
    taken: list[Leased] = []
    most = asked.flow.most(asked.most)
    for _ in range(MOST_GROUPS):
        rows = _next_group(connection, at, asked, lost, most - len(taken))
        taken += _lease(connection, at, rows, worker)
        if not rows or len(taken) >= most:
            break
    return tuple(taken)


def _next_group(connection: Connection, at: Clocks, asked: _Asked, lost: Lost, most: int) -> Sequence[Row[Any]]:
    """The oldest due delivery and others of its rule and step, so that one statement judges their gates."""
    first, group = _of_group(lost, ordered=asked.flow.ordered, but=asked.but)
    parameters = _parameters(at, asked.destination, 1)
    head = connection.execute(first, parameters).one_or_none()
    if head is None:
        return ()
    return connection.execute(group, parameters | {"most": most, "rule": head.rule, "step": head.step}).all()


def _parameters(at: Clocks, destination: str, most: int) -> dict[str, Any]:
    return {"run": at.run.id, "destination": destination, "now": at.now, "real": at.real, "most": most}


_LOSSES: Final[dict[Lost, ColumnElement[bool]]] = {
    "never": c.lease_losses == 0,
    "once": c.lease_losses == 1,
    "again": c.lease_losses > 1,
}


def _due() -> Select[Any]:
    """What is due by both clocks and held by nobody, the oldest first."""
    return (
        select(*READ)
        .where(IS_WAITING, c.run == bindparam("run"), c.destination == bindparam("destination"))
        .where(c.due_at <= bindparam("now", type_=Instant()))
        .where(or_(c.retry_at.is_(None), c.retry_at <= bindparam("real", type_=Instant())))
        .order_by(c.due_at)  # by nothing else: the index has this order, however many are due
        .limit(bindparam("most"))
    )


@lru_cache(maxsize=32)
def _of_group(lost: Lost, *, ordered: bool, but: tuple[str, ...]) -> tuple[Select[Any], Select[Any]]:
    """The rule and step of what is due first, and what is due of one rule and step; ``but`` of these rules nothing."""
    due = _due().where(_LOSSES[lost])
    if but:
        due = due.where(c.rule.not_in(but))
    if ordered:
        due = due.where(~is_behind(but))
    head, group = (
        due.with_only_columns(c.rule, c.step),
        due.where(c.rule == bindparam("rule"), c.step == bindparam("step")),
    )
    return _locked(head), _locked(group)


def _locked(due: Select[Any]) -> Select[Any]:
    """Without those that somebody else has locked."""
    return due.with_for_update(skip_locked=True, of=delivery)


def _lease(connection: Connection, at: Clocks, rows: Sequence[Row[Any]], worker: str) -> list[Leased]:
    late = [row for row in rows if row.expires_at < at.now]
    fresh = [row for row in rows if row.expires_at >= at.now]
    change(connection, By.CLAIM, [expiry(row, at.now) for row in late])
    lease = {"lease_until": at.real + LEASE, "leased_by": worker}
    change(
        connection,
        By.CLAIM,
        [Change(r.id, r.fence, State(r.state), State.LEASED, lease | {"fence": r.fence + 1}) for r in fresh],
    )
    return [_leased(row) for row in fresh]


def expiry(row: Row[Any], now: datetime) -> Change:
    """A delivery that nobody would thank us for any more."""
    values = {"reason": Reason.EXPIRED.value, "settled_at": now}
    return Change(row.id, row.fence, State(row.state), State.EXPIRED, values)


def _leased(row: Row[Any]) -> Leased:
    return Leased(
        id=row.id,
        fence=row.fence + 1,
        key=row.key,
        nudge_id=row.nudge_id,
        rule=row.rule,
        step=row.step,
        start_id=row.start_id,
        account_id=row.account_id,
        person_id=row.person_id,
        channel=row.channel,
        template=row.template,
        message_class=row.message_class,
        destination=row.destination,
        address=row.address,
        possible_repeat=bool(row.possible_repeat),
        suspect=row.lease_losses > 0,
    )
