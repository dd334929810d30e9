"""Starts by the clock, by another rule's nudge and at dates that events bring, told as stories."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.outbox.nudged import note_nudged
from firstwin.rules.terms import (
    Again,
    Comparison,
    EventStart,
    Property,
    PropertyName,
    Rule,
    Step,
)
from firstwin.rules.terms_clock import ClockStart, StrikesOn, Whose
from firstwin.tick.standing import AtTheWire
from tests.tick.bench_of_rules import DAY, HOUR, POST, T0, World, rule

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)
EVERY_TIME = Again("every time")


def clock(*every: StrikesOn, at: str = "09:00", zone: Whose = "account", **more: Any) -> Rule:
    return rule("clock", when=ClockStart(every, at, zone), again=EVERY_TIME, **more)


def since(text: str) -> timedelta:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - T0


def live_in(world: World, account: str, zone: str, at: timedelta = -DAY) -> None:
    with write(world.engine) as connection:
        there = set(connection.execute(select(tables.zone.c.name)).scalars())
        if zone not in there:
            connection.execute(insert(tables.zone).values(name=zone))
    world.fact("firstwin.account.timezone", at, account, props={"value": zone})


def nudged_at(world: World) -> list[tuple[str, datetime]]:
    n = tables.nudge.c
    with world.engine.connect() as connection:
        rows = connection.execute(select(n.subject, n.decided_at).order_by(n.decided_at, n.subject))
        return [(row[0], row[1]) for row in rows]


# ---- the clock ------------------------------------------------------------------------------------------------------


def test_each_account_starts_when_its_own_clock_strikes(engine: Engine) -> None:
    world = World(engine, [clock("monday")], since=-DAY)
    for name in ("berlin", "new-york", "nowhere"):
        world.account(name)
    live_in(world, "berlin", "Europe/Berlin")
    live_in(world, "new-york", "America/New_York")
    for hour in (-2, -1, 0, 1, 5, 6, 24, 48):
        world.tick(hour * HOUR)
    assert nudged_at(world) == [("berlin", T0 - HOUR), ("nowhere", T0), ("new-york", T0 + 5 * HOUR)]


def test_meaning_6_a_skipped_local_time_strikes_at_the_first_valid_minute_after(engine: Engine) -> None:
    world = World(engine, [clock("day", at="02:30")], since=since("2026-03-28T12:00"))
    world.account("acme")
    live_in(world, "acme", "Europe/Berlin")
    for text in ("2026-03-29T00:30", "2026-03-29T00:59", "2026-03-29T01:00", "2026-03-29T01:30"):
        world.tick(since(text))
    assert nudged_at(world) == [("acme", T0 + since("2026-03-29T01:00"))]


def test_meaning_6_a_repeated_local_time_strikes_once(engine: Engine) -> None:
    world = World(engine, [clock("day", at="02:30")], since=since("2026-10-24T12:00"))
    world.account("acme")
    live_in(world, "acme", "Europe/Berlin")
    for text in ("2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30"):
        world.tick(since(text))
    assert nudged_at(world) == [("acme", T0 + since("2026-10-25T00:30"))]


def test_who_moves_on_the_same_day_meets_it_once(engine: Engine) -> None:
    world = World(engine, [clock("day")], since=-DAY)
    world.account("acme")
    live_in(world, "acme", "Europe/Berlin")
    world.tick(-HOUR)
    live_in(world, "acme", "America/New_York", HOUR)
    world.tick(5 * HOUR)
    world.tick(29 * HOUR)
    assert nudged_at(world) == [("acme", T0 - HOUR), ("acme", T0 + 29 * HOUR)]


def test_after_an_outage_of_days_only_the_newest_strike_is_made_up(engine: Engine) -> None:
    world = World(engine, [clock("day")], since=-2 * HOUR)
    world.account("acme")
    world.account("young", 2 * DAY + HOUR)
    world.tick(-HOUR)
    world.tick(3 * DAY + 2 * HOUR)
    assert nudged_at(world) == [("acme", T0 + 3 * DAY + 2 * HOUR), ("young", T0 + 3 * DAY + 2 * HOUR)]
    assert world.starts() == [("noted", "replaced")] * 3 + [("done", None)] * 2


def test_a_strike_that_is_noticed_too_late_has_expired(engine: Engine) -> None:
    weekly = clock("monday", expires_after=DAY)
    world = World(engine, [weekly], since=-DAY)
    world.account("acme")
    world.tick(-HOUR)
    world.tick(DAY + HOUR)
    assert (world.nudges(), world.skips()) == ([], [("acme", "expired")])


def test_what_struck_before_the_rule_or_before_the_account_begins_nothing(engine: Engine) -> None:
    world = World(engine, [clock("day")], since=MINUTE)
    world.account("acme")
    world.tick(HOUR)
    assert world.starts() == []
    world.account("new", DAY + MINUTE)
    world.tick(DAY + HOUR)
    assert nudged_at(world) == [("acme", T0 + DAY + HOUR)]


def test_whom_the_rule_does_not_speak_of_begins_nothing(engine: Engine) -> None:
    rich = Property(PropertyName("account", "mrr"), (Comparison("at_least", 10),))
    world = World(engine, [clock("day", only_if=rich)], since=-HOUR)
    for name, mrr in (("rich", 10), ("poor", 9)):
        world.account(name)
        world.fact("firstwin.account.mrr", -DAY, name, props={"value": mrr})
    world.tick(0 * HOUR)
    assert ([name for name, _ in nudged_at(world)], len(world.starts()), world.skips()) == (["rich"], 1, [])


def test_a_csm_has_a_clock_of_their_own(engine: Engine) -> None:
    world = World(engine, [clock("day", zone="csm")], since=-2 * HOUR)
    world.env = replace(world.env, csm_zones={"ann": "Europe/Berlin"})
    for name, csm in (("hers", "ann"), ("others", "bob")):
        world.account(name)
        world.fact("firstwin.account.csm", -DAY, name, props={"value": csm})
    world.tick(-HOUR)
    world.tick(0 * HOUR)
    assert nudged_at(world) == [("hers", T0 - HOUR), ("others", T0)]


def test_a_new_time_of_day_does_not_strike_the_same_day_again(engine: Engine) -> None:
    world = World(engine, [clock("day")], since=-DAY)
    world.account("acme")
    world.tick(0 * HOUR)
    world.know(clock("day", at="11:00", version="2"), at=HOUR)
    world.tick(2 * HOUR)
    world.tick(26 * HOUR)
    assert [at for _, at in nudged_at(world)] == [T0, T0 + 26 * HOUR]


# ---- chains ---------------------------------------------------------------------------------------------------------

AFTER = EventStart(("firstwin.nudged.first",))


def deliver(world: World, at: timedelta) -> None:
    """Every message that waits arrives."""
    d = tables.delivery
    with write(world.engine) as connection:
        note_nudged(connection, connection.execute(select(d)).all(), T0 + at)


def test_a_chain_starts_with_the_message_that_arrived(engine: Engine) -> None:
    world = World(engine, [rule("first"), rule("second", DAY, when=AFTER)])
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.tick(2 * HOUR)
    world.tick(27 * HOUR)
    assert world.nudges() == [("first", "acme", "")]
    deliver(world, 27 * HOUR)
    deliver(world, 28 * HOUR)
    world.tick(50 * HOUR)
    assert world.nudges() == [("first", "acme", "")]
    world.tick(51 * HOUR)
    assert world.nudges() == [("first", "acme", ""), ("second", "acme", "")]
    assert len(world.starts()) == 2


def test_a_rule_in_shadow_starts_no_chain(engine: Engine) -> None:
    world = World(engine, [rule("first", mode="shadow"), rule("second", when=AFTER)], run_id="replay")
    world.run = replace(world.run, sends=False)
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.tick(2 * HOUR)
    assert world.nudges() == [("first", "acme", "")]


def test_a_run_that_sends_nothing_goes_on_with_the_chain_at_once(engine: Engine) -> None:
    world = World(engine, [rule("first"), rule("second", when=AFTER)], run_id="replay")
    world.run = replace(world.run, sends=False)
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.tick(2 * HOUR)
    assert world.nudges() == [("first", "acme", ""), ("second", "acme", "")]


def test_a_renamed_rule_has_nudged_whom_it_nudged_before(engine: Engine) -> None:
    world = World(engine, [rule("old")])
    world.account("acme")
    world.fact("signed_up", HOUR)
    world.tick(2 * HOUR)
    deliver(world, 2 * HOUR)
    world.know(rule("first", was="old"), rule("second", when=AFTER, backfill=DAY), at=3 * HOUR)
    world.tick(4 * HOUR)
    assert ("second", "acme", "") in world.nudges()


# ---- dates that events bring ----------------------------------------------------------------------------------------

FLIGHT = rule(
    "flight",
    when=EventStart(("booked",), per="flight", date="departs_at"),
    again=EVERY_TIME,
    steps=(Step("before", -DAY, (POST,)), Step("on", timedelta(0), (POST,))),
)


def book(world: World, flight: str, departs: timedelta | None, at: timedelta, **more: Any) -> None:
    date = None if departs is None else (T0 + departs).isoformat()
    world.fact("booked", at, props={"flight": flight, "departs_at": date}, **more)


def test_each_flight_has_a_date_of_its_own_and_a_later_booking_moves_it(engine: Engine) -> None:
    world = World(engine, [FLIGHT])
    world.account("acme")
    book(world, "a", 5 * DAY, HOUR)
    book(world, "b", 6 * DAY, HOUR)
    world.tick(2 * HOUR)
    book(world, "a", 9 * DAY, 2 * DAY)
    for day in (4, 5, 6, 8, 9):
        world.tick(day * DAY)
    assert [step for _, _, step in world.nudges()] == ["before", "on", "before", "on"]
    assert [at for _, at in nudged_at(world)] == [T0 + day * DAY for day in (5, 6, 8, 9)]
    assert ("left", "date_moved") in world.starts()


def test_an_older_booking_that_comes_late_moves_nothing_and_one_without_a_date_ends_it(engine: Engine) -> None:
    world = World(engine, [FLIGHT])
    world.account("acme")
    book(world, "a", 5 * DAY, 2 * HOUR)
    world.tick(3 * HOUR)
    book(world, "a", 8 * DAY, HOUR, arrives=4 * HOUR)
    world.tick(5 * HOUR)
    assert world.starts() == [("open", None)]
    book(world, "a", None, 6 * HOUR)
    world.tick(7 * HOUR)
    assert world.starts() == [("left", "date_moved")]
    book(world, "a", 5 * DAY, 8 * HOUR)
    world.tick(9 * HOUR)
    assert world.starts() == [("open", None)]


def test_a_date_alone_is_midnight_where_the_subject_is(engine: Engine) -> None:
    world = World(engine, [rule("flight", when=EventStart(("booked",), date="departs_at"))])
    world.account("acme")
    live_in(world, "acme", "America/New_York")
    world.fact("booked", HOUR, props={"departs_at": "2026-03-04"})
    world.tick(2 * HOUR)
    world.tick(since("2026-03-04T04:59"))
    assert world.nudges() == []
    world.tick(since("2026-03-04T05:00"))
    assert world.nudges() == [("flight", "acme", "")]


def test_a_moved_date_is_seen_at_the_wire_before_any_tick(engine: Engine) -> None:
    world = World(engine, [FLIGHT])
    world.account("acme")
    book(world, "a", 5 * DAY, HOUR)
    book(world, "b", 5 * DAY, HOUR)
    world.tick(4 * DAY)
    book(world, "a", 6 * DAY, 4 * DAY + MINUTE)
    s = tables.start.c
    with write(engine) as connection:
        starts = {row.id: row.per for row in connection.execute(select(s.id, s.per))}
        found = AtTheWire(world.env)(
            connection, "live", "flight", "before", sorted(starts), T0 + 4 * DAY + HOUR, evidence=False
        )
    left = {starts[id_]: standing.left for id_, standing in found.items()}
    assert left == {"a": "date_moved", "b": None}
