"""Whether a leased delivery may still go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.db.runs import set_clock
from firstwin.match.value import Standing
from firstwin.outbox.claim import fences
from firstwin.outbox.clocks import clocks
from firstwin.outbox.destinations import pause_destination
from firstwin.outbox.judge import Verdict, why_cancelled
from firstwin.outbox.pause import pause
from firstwin.outbox.restraint import Restraint
from firstwin.outbox.states import State
from firstwin.outbox.wire import still_true
from tests.outbox.given import (
    ADDRESSES,
    NOON,
    REPLAY,
    a_rule,
    deliveries,
    on_the_wire,
    open_gates,
    row_of,
    states,
    taken,
)


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (None, "rule_gone"),
        (Standing(), None),
        (Standing(exists=False, left="replaced", goal=True), "subject_gone"),
        (Standing(left="date_moved", goal=True, unless=True), "date_moved"),
        (Standing(goal=True, unless=True), "goal_met"),
        (Standing(unless=True), "gate_false"),
        (Standing(only_if=False), "gate_false"),
    ],
)
def test_why_a_message_is_not_wanted_any_more(standing: Standing | None, reason: str | None) -> None:
    assert why_cancelled(standing) == reason


def test_a_gate_that_closed_cancels_at_the_wire(engine: Engine) -> None:
    ids = deliveries(engine, 3)
    leased = taken(engine)
    asked: list[tuple[str, str, str, datetime]] = []

    def gates(
        _connection: Connection, run: str, rule: str, step: str, starts: Sequence[int], now: datetime, **_: bool
    ) -> Mapping[int, Standing]:
        asked.append((run, rule, step, now))
        acted = leased[1].start_id
        return {start: Standing(unless=start == acted) for start in starts}

    wired = on_the_wire(engine, leased, gates=gates)
    assert wired.sending == {ids[0], ids[2]}
    assert (row_of(engine, ids[1]).state, row_of(engine, ids[1]).reason) == ("cancelled", "gate_false")
    assert row_of(engine, ids[1]).settled_at == NOON
    assert asked == [(REPLAY, "no-login", "", NOON)]


def test_one_statement_judges_the_gates_of_a_rule_and_step(engine: Engine) -> None:
    deliveries(engine, 3)
    deliveries(engine, 2, step="remind")
    deliveries(engine, 1, rule=a_rule("another"))
    asked: list[tuple[str, str, int]] = []

    def gates(
        connection: Connection, run: str, rule: str, step: str, starts: Sequence[int], now: datetime, **how: bool
    ) -> Mapping[int, Standing]:
        asked.append((rule, step, len(starts)))
        return open_gates(connection, run, rule, step, starts, now, **how)

    on_the_wire(engine, taken(engine), gates=gates)
    assert sorted(asked) == [("another", "", 1), ("no-login", "", 3), ("no-login", "remind", 2)]


@pytest.mark.parametrize(
    "row",
    [
        {"person_id": "anna", "class": "*"},
        {"person_id": "anna", "class": "marketing"},
        {"address_hash": ADDRESSES.of("acme-0000@example.com"), "class": "*"},
    ],
)
def test_a_suppression_that_came_after_the_decision_counts(engine: Engine, row: dict[str, str]) -> None:
    (id_,) = deliveries(engine, channels=("email",), person="anna")
    leased = taken(engine, "mail")
    with write(engine) as connection:
        suppression = row | {"reason": "unsubscribed", "since": NOON, "who": "page"}
        connection.execute(tables.suppression.insert().values(suppression))
    assert on_the_wire(engine, leased).sending == frozenset()
    assert (row_of(engine, id_).state, row_of(engine, id_).reason) == ("suppressed", "suppressed")


def test_a_suppression_of_another_class_or_person_does_not(engine: Engine) -> None:
    (id_,) = deliveries(engine, channels=("email",), person="anna")
    leased = taken(engine, "mail")
    with write(engine) as connection:
        for other in ({"person_id": "anna", "class": "service"}, {"person_id": "ben", "class": "*"}):
            row = other | {"reason": "unsubscribed", "since": NOON, "who": "page"}
            connection.execute(tables.suppression.insert().values(row))
    assert on_the_wire(engine, leased).sending == {id_}


def test_too_late_at_the_wire_is_expired(engine: Engine) -> None:
    (id_,) = deliveries(engine, expires_at=NOON + timedelta(hours=1))
    leased = taken(engine)
    with write(engine) as connection:
        set_clock(connection, REPLAY, NOON + timedelta(hours=1, microseconds=1))
    assert on_the_wire(engine, leased).sending == frozenset()
    assert row_of(engine, id_).state == "expired"


@pytest.mark.parametrize("reason", ["paused", "rule_paused", "destination_paused"])
def test_a_pause_after_the_claim_holds(engine: Engine, reason: str) -> None:
    (id_,) = deliveries(engine)
    leased = taken(engine)
    with write(engine) as connection:
        match reason:
            case "paused":
                pause(connection, None, who="ada", why=None, at=NOON)
            case "rule_paused":
                pause(connection, "no-login", who="ada", why=None, at=NOON)
            case _:
                pause_destination(connection, "crm", NOON)
    assert on_the_wire(engine, leased).sending == frozenset()
    assert (row_of(engine, id_).state, row_of(engine, id_).reason) == ("held", reason)
    assert row_of(engine, id_).settled_at is None


def test_the_same_questions_are_asked_before_any_work_is_spent(engine: Engine) -> None:
    ids = deliveries(engine, 2)
    leased = taken(engine)
    how_asked: list[Mapping[str, bool]] = []

    def gates(
        _connection: Connection, _run: str, _rule: str, _step: str, starts: Sequence[int], _now: datetime, **how: bool
    ) -> Mapping[int, Standing]:
        how_asked.append(how)
        return {start: Standing(goal=start == leased[0].start_id) for start in starts}

    with write(engine) as connection:
        checked = still_true(connection, clocks(connection, REPLAY), fences(leased), gates, ADDRESSES, Restraint())
    assert checked.going == {ids[1]: Standing(goal=False)}
    assert checked.dropped == {ids[0]: Verdict(State.CANCELLED, "goal_met")}
    assert states(engine) == {"cancelled": 1, "leased": 1}
    assert row_of(engine, ids[0]).reason == "goal_met"
    assert on_the_wire(engine, leased, gates=gates).sending == {ids[1]}
    assert how_asked == [{"evidence": True}, {"evidence": False}]  # a message tells it, the wire does not
