"""What the answers to attempts say about their destinations: breakers open and close, and what is hopeless is disabled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from firstwin.db.tables import attempt, delivery
from firstwin.db.types import Instant
from firstwin.outbox.breaker import GIVEN_UP, WINDOW, Breaker, Heard, Probe, begun, hear
from firstwin.outbox.destinations import Place, ask_to_wait, lock_destinations, set_breaker
from firstwin.outbox.outcome import Outcome

LONGEST_REST_ASKED: Final = timedelta(
    hours=1
)  # for all that goes there; the message itself waits as long as it was told
LOOKED_AT: Final = 1_000  # of the newest attempts, for those that worked before the first that failed
FAILING_FOR: Final = f"nothing but failures for {GIVEN_UP // timedelta(hours=1)} hours"


@dataclass(frozen=True)
class Learned:
    """``free`` are the deliveries whose attempt costs nothing, as the breaker was open; ``gone`` says why a destination is."""

    free: frozenset[int] = frozenset()
    gone: Mapping[str, str] = field(default_factory=dict)


def learn(connection: Connection, rows: Mapping[int, Row[Any]], outcomes: Sequence[Outcome], now: datetime) -> Learned:
    """``rows`` are those of the outcomes, as `lock_watched` found them. Nothing is written of what is well and was so."""
    heard: defaultdict[str, list[Outcome]] = defaultdict(list)
    for each in outcomes:
        if each.is_its_own:
            heard[rows[each.id].destination].append(each)
    gone = {name: each.reason or "gone" for name, group in heard.items() for each in group if each.disable}
    _rest(connection, heard, now)
    told = {name: group for name, group in heard.items() if _is_news(rows, group)}
    free: set[int] = set()
    for name, place in lock_destinations(connection, told).items():
        after, costless = _heard(connection, place, told[name], now)
        free |= costless
        if after.is_hopeless(now):
            gone.setdefault(name, FAILING_FOR)
    return Learned(frozenset(free), gone)


def _is_news(rows: Mapping[int, Row[Any]], group: Sequence[Outcome]) -> bool:
    return any(not each.shows or rows[each.id].is_watched for each in group)


def _heard(connection: Connection, place: Place, group: Sequence[Outcome], now: datetime) -> tuple[Breaker, set[int]]:
    breaker = before = place.breaker
    if breaker.is_closed and not breaker.recent:
        breaker = begun(breaker, _worked_lately(connection, place.name, now), now)
    free: set[int] = set()
    for each in group:
        if not breaker.is_closed:
            free.add(each.id)
        breaker = hear(breaker, Heard(Probe(each.id, each.fence), each.shows), now)
    if breaker != before:
        set_breaker(connection, place.name, breaker)
    return breaker, free


def _worked_lately(connection: Connection, name: str, now: datetime) -> int:
    found = connection.execute(_WORKED, {"wanted": name, "since": now - WINDOW}).scalar_one()
    return int(found)


_NEWEST = (
    select(attempt.c.delivery_id, attempt.c.outcome, attempt.c.ended_at).order_by(attempt.c.id.desc()).limit(LOOKED_AT)
)
_newest = _NEWEST.subquery("newest")
_WORKED: Select[Any] = (
    select(func.count())
    .select_from(_newest)
    .join(delivery, delivery.c.id == _newest.c.delivery_id)
    .where(delivery.c.destination == bindparam("wanted"), _newest.c.outcome == "accepted")
    .where(_newest.c.ended_at >= bindparam("since", type_=Instant()))
)


def _rest(connection: Connection, heard: Mapping[str, Sequence[Outcome]], now: datetime) -> None:
    """One message too many is said of all that go there."""
    for name in sorted(heard):
        asked = [each.after for each in heard[name] if each.free and each.after]
        if asked:
            ask_to_wait(connection, name, now + min(max(asked), LONGEST_REST_ASKED))
