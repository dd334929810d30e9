"""Rows that the tests of the outbox begin with, made by the outbox itself; and time that passes without waiting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.db.runs import Run, find_run, open_run
from firstwin.decide.value import NotSent, Nudge, Planned
from firstwin.match.value import Clause, Match, Standing, Start
from firstwin.outbox.breaker import SLICE
from firstwin.outbox.claim import Elsewhere, Leased, claim, fences
from firstwin.outbox.destinations import know
from firstwin.outbox.outcome import Outcome
from firstwin.outbox.put import put
from firstwin.outbox.restraint import Restraint
from firstwin.outbox.settle import Settled, settle
from firstwin.outbox.states import State
from firstwin.outbox.suppressions import AddressHash
from firstwin.outbox.wire import Wired, wire
from firstwin.rules.quiet_hours import QuietHours
from firstwin.rules.terms import Again, Alert, Email, EventStart, Recipient, Rule, Step, Webhook

ADDRESSES = AddressHash(("a secret of thirty-two characters",))

REPLAY = "replay"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ACTIONS: dict[str, Email | Alert | Webhook] = {
    "email": Email("first-login", Recipient("contact")),
    "alert": Alert("stalled", "cs-slack"),
    "webhook": Webhook("stalled", "crm"),
}
DESTINATIONS = {"email": "mail", "alert": "cs-slack", "webhook": "crm"}
Channel = Literal["email", "alert", "webhook"]


def a_run(engine: Engine, run: str = REPLAY, *, sends: bool = True) -> Run:
    """A run whose own clock stands at noon until it is set, so that the tests say what time it is; or the live one."""
    with write(engine) as connection:
        if run == tables.LIVE:
            return open_run(connection, run)
        return open_run(connection, run, virtual_from=NOON, rate=0, sends=sends)


def a_rule(rule: str = "no-login", *, mode: Literal["live", "shadow"] = "live", about: Any = "account") -> Rule:
    steps = tuple(Step(name, timedelta(hours=24), (ACTIONS["email"],)) for name in ("", "remind"))
    return Rule(rule, about, EventStart(("signed_up",)), steps, Again("never"), mode=mode, version="v1")


def a_nudge(
    connection: Connection,
    subject: str,
    *,
    rule: Rule | None = None,
    step: str = "",
    channels: Sequence[Channel] = ("webhook",),
    run: str = REPLAY,
    due_at: datetime = NOON,
    expires_at: datetime = NOON + timedelta(days=3),
    person: str | None = None,
    not_sent: tuple[NotSent, ...] = (),
) -> Nudge:
    """A decided nudge of one subject's start."""
    of = rule or a_rule()
    start = _start(connection, run, of, subject)
    found = next(each for each in of.steps if each.name == step)
    evidence = (Clause("did not log in", True, count=0, last_at=NOON), Clause("mrr", True, value=1500.0))
    match = Match(of, found, start, due_at, evidence=evidence)
    planned = tuple(_planned(channel, subject, expires_at, person) for channel in channels)
    account = subject if of.about == "account" else "acme"
    return Nudge(match, of.mode, planned, not_sent=not_sent, account_id=account)


def _planned(channel: Channel, subject: str, expires_at: datetime, person: str | None) -> Planned:
    address = f"{subject}@example.com" if channel == "email" else None
    class_ = "alert" if channel == "alert" else "marketing"
    return Planned(ACTIONS[channel], channel, DESTINATIONS[channel], class_, expires_at, person, address)


def _start(connection: Connection, run: str, rule: Rule, subject: str) -> Start:
    s = tables.start
    row = {
        "run": run, "rule": rule.id, "subject": subject, "key": "e1", "at": NOON, "ends_at": NOON, "seen_at": NOON,
        "state": "open", "rule_version": rule.version, "props": {},
    }  # fmt: skip
    of_this = (s.c.run == run, s.c.rule == rule.id, s.c.subject == subject)
    found = connection.execute(select(s.c.id).where(*of_this)).scalar_one_or_none()
    id_ = found or connection.execute(insert(s).values(row).returning(s.c.id)).scalar_one()
    return Start(id_, rule.id, subject, "e1", "", NOON, NOON, None, {})


def deliveries(engine: Engine, count: int = 1, *, run: str = REPLAY, **about: Any) -> list[int]:
    """Scheduled deliveries of as many subjects; their ids, oldest first."""
    clock = a_run(engine, run)
    with write(engine) as connection:
        know(connection, DESTINATIONS.values())
        first = connection.execute(select(func.count()).select_from(tables.start)).scalar_one()
        nudges = [a_nudge(connection, f"acme-{first + n:04}", run=run, **about) for n in range(count)]
        before = connection.execute(select(func.coalesce(func.max(tables.delivery.c.id), 0))).scalar_one()
        put(connection, clock, nudges, NOON)
        ids = connection.scalars(select(tables.delivery.c.id).where(tables.delivery.c.id > before))
        return sorted(ids)


# ---- what a worker does, step by step -------------------------------------------------------------------------------


def taken(
    engine: Engine, destination: str = "crm", *, run: str = REPLAY, worker: str = "worker-1", **how: Any
) -> tuple[Leased, ...]:
    """As a worker does it: once more while another one claims there. Of each rule and step by their ids: rows that are due
    together come in any order.
    """
    while True:
        with suppress(Elsewhere), write(engine) as connection:
            found = claim(connection, run, destination, worker, **how)
            groups = list(dict.fromkeys((each.rule, each.step) for each in found))
            return tuple(sorted(found, key=lambda each: (groups.index((each.rule, each.step)), each.id)))


def open_gates(
    _connection: Connection, _run: str, _rule: str, _step: str, starts: Sequence[int], _now: datetime, **_: bool
) -> Mapping[int, Standing]:
    return dict.fromkeys(starts, Standing())


def on_the_wire(engine: Engine, leased: Sequence[Leased], *, run: str = REPLAY, **how: Any) -> Wired:
    restraint = Restraint(**{name: how.pop(name) for name in ("daily_cap", "peace", "frequency") if name in how})
    options: dict[str, Any] = {"gates": open_gates, "hashed": ADDRESSES, "restraint": restraint} | how
    with write(engine) as connection:
        return wire(connection, run, fences(leased), **options)


def sending(engine: Engine, count: int = 1, *, run: str = REPLAY, **about: Any) -> tuple[Leased, ...]:
    """Deliveries that this worker has on the wire."""
    channel: Channel = about.get("channels", ("webhook",))[0]
    deliveries(engine, count, run=run, **about)
    leased = taken(engine, DESTINATIONS[channel], run=run)
    assert len(on_the_wire(engine, leased, run=run).sending) == count
    return leased


def answered(
    engine: Engine,
    leased: Leased,
    kind: Any,
    *,
    run: str = REPLAY,
    on_unknown: Any = None,
    jitter: float = 0.5,
    **more: Any,
) -> Settled:
    outcome = Outcome(leased.id, leased.fence, kind, **more)
    with write(engine) as connection:
        return settle(connection, run, [outcome], on_unknown or {}, lambda: jitter)


def never_left(engine: Engine, leased: Leased) -> Settled:
    return answered(engine, leased, "retry", reason="not_begun", free=True, is_its_own=False, has_left=False)


def passes(engine: Engine, **length: float) -> None:
    """Real time passes: leases run out, and waits and rests end sooner by this much."""
    by = timedelta(**length)
    d, place = tables.delivery, tables.destination
    moments = (
        place.c.opened_until,
        place.c.breaker_since,
        place.c.failing_since,
        place.c.next_free_at,
        place.c.not_before,
    )
    with write(engine) as connection:
        for row in connection.execute(select(d.c.id, d.c.lease_until, d.c.retry_at)).all():
            sooner = {name: value and value - by for name, value in row._mapping.items() if name != "id"}
            connection.execute(update(d).where(d.c.id == row.id).values(**sooner))
        for at in connection.execute(select(place.c.name, place.c.recent, *moments)).all():
            sooner = {column.name: (was := at._mapping[column.name]) and was - by for column in moments}
            recent = at.recent and [[number - by // SLICE, worked, failed] for number, worked, failed in at.recent]
            connection.execute(update(place).where(place.c.name == at.name).values(**sooner, recent=recent))


def row_of(engine: Engine, delivery_id: int) -> Row[Any]:
    with read(engine) as connection:
        return connection.execute(select(tables.delivery).where(tables.delivery.c.id == delivery_id)).one()


def state_of(engine: Engine, delivery_id: int) -> State:
    return State(row_of(engine, delivery_id).state)


def states(engine: Engine) -> dict[str, int]:
    with read(engine) as connection:
        query = select(tables.delivery.c.state, func.count().label("rows")).group_by(tables.delivery.c.state)
        return {row.state: row.rows for row in connection.execute(query)}


def rows(engine: Engine, table: Any) -> list[Row[Any]]:
    with read(engine) as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key.columns)))


def force(engine: Engine, delivery_id: int, **values: Any) -> None:
    """Puts a delivery into a state by hand, to see what may follow."""
    with write(engine) as connection:
        connection.execute(update(tables.delivery).where(tables.delivery.c.id == delivery_id).values(**values))


def quiet_hours(begin: str, end: str, *, weekends: bool = False) -> QuietHours:
    return QuietHours.model_validate({"from": begin, "until": end, "weekends": weekends})


def run_of(engine: Engine, run: str = REPLAY) -> Run:
    with read(engine) as connection:
        found = find_run(connection, run)
    assert found is not None
    return found
