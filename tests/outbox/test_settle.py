"""What an answer makes of a delivery."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, update

from firstwin.db import tables
from firstwin.db.engine import clock, read, write
from firstwin.outbox.destinations import enable
from firstwin.outbox.outcome import Outcome
from firstwin.outbox.settle import settle
from firstwin.outbox.states import State
from firstwin.outbox.sweep import sweep
from tests.outbox.given import (
    DESTINATIONS,
    NOON,
    REPLAY,
    a_rule,
    answered,
    deliveries,
    force,
    never_left,
    on_the_wire,
    passes,
    row_of,
    rows,
    sending,
    state_of,
    states,
    taken,
)

pytestmark = pytest.mark.slow


def test_accepted_is_delivered(engine: Engine) -> None:
    (leased,) = sending(engine)
    settled = answered(engine, leased, "accepted", provider_id="msg-7", detail="thank you")
    assert settled.states == {State.DELIVERED: 1}
    row = row_of(engine, leased.id)
    assert (row.state, row.reason, row.provider_id, row.settled_at) == ("delivered", None, "msg-7", NOON)
    (attempt,) = rows(engine, tables.attempt)
    assert (attempt.outcome, attempt.detail) == ("accepted", "thank you")
    assert attempt.ended_at >= attempt.began_at


def test_a_delivered_nudge_is_a_fact_once_however_many_messages_it_has(engine: Engine) -> None:
    deliveries(engine, channels=("webhook", "alert"))
    for destination in ("crm", "cs-slack"):
        leased = taken(engine, destination)
        on_the_wire(engine, leased)
        answered(engine, leased[0], "accepted")
    (fact,) = rows(engine, tables.event)
    assert (fact.name, fact.account_id, fact.person_id) == ("firstwin.nudged.no-login", "acme-0000", None)
    assert (fact.run, fact.occurred_at, fact.known_at, fact.received_at) == (REPLAY, NOON, NOON, NOON)
    assert fact.props == {"step": "", "channel": "webhook"}


def test_a_nudged_person_is_a_fact_of_the_person_and_the_account(engine: Engine) -> None:
    deliveries(engine, rule=a_rule(about="person"))
    leased = taken(engine)
    on_the_wire(engine, leased)
    answered(engine, leased[0], "accepted")
    (fact,) = rows(engine, tables.event)
    assert (fact.person_id, fact.account_id) == ("acme-0000", "acme")


@pytest.mark.parametrize(("jitter", "expected"), [(0.0, 4), (0.5, 5), (1.0, 6)])
def test_a_failure_waits_as_the_schedule_says(engine: Engine, jitter: float, expected: float) -> None:
    (leased,) = sending(engine)
    with read(engine) as connection:
        before = clock(connection)
    answered(engine, leased, "retry", reason="http_503", detail="busy", jitter=jitter)
    row = row_of(engine, leased.id)
    assert (row.state, row.reason, row.attempts, row.settled_at) == ("retry_wait", "http_503", 1, None)
    wait = row.retry_at - before
    assert timedelta(seconds=expected) <= wait < timedelta(seconds=expected + 5)
    assert [(a.outcome, a.reason, a.detail) for a in rows(engine, tables.attempt)] == [("retry", "http_503", "busy")]


def test_retry_after_is_kept_in_full(engine: Engine) -> None:
    (leased,) = sending(engine)
    with read(engine) as connection:
        before = clock(connection)
    answered(engine, leased, "retry", after=timedelta(hours=2), jitter=0.0)
    assert row_of(engine, leased.id).retry_at >= before + timedelta(hours=2)
    passes(engine, hours=1, minutes=59)
    assert taken(engine) == ()
    passes(engine, minutes=2)
    assert len(taken(engine)) == 1


@pytest.mark.parametrize(("channel", "attempts"), [("webhook", 8), ("email", 6), ("alert", 6)])
def test_when_the_attempts_are_used_up_it_is_dead(engine: Engine, channel: str, attempts: int) -> None:
    """Of a message that fails while its destination works for others, so that no breaker opens."""
    (leased,) = sending(engine, channels=(channel,))
    for n in range(1, attempts + 1):
        answered(engine, leased, "retry", reason="http_500")
        assert state_of(engine, leased.id) is (State.RETRY_WAIT if n < attempts else State.DEAD)
        passes(engine, hours=12)
        with write(engine) as connection:
            enable(connection, DESTINATIONS[channel])
        if n < attempts:
            (leased,) = taken(engine, DESTINATIONS[channel])
            on_the_wire(engine, [leased])
    assert row_of(engine, leased.id).reason == "attempts_used_up"
    assert len(rows(engine, tables.attempt)) == attempts


def test_what_costs_no_attempt_may_happen_for_ever(engine: Engine) -> None:
    (leased,) = sending(engine, channels=("alert",))
    for _ in range(9):
        answered(engine, leased, "retry", reason="http_429", free=True)
        assert (state_of(engine, leased.id), row_of(engine, leased.id).attempts) == (State.RETRY_WAIT, 0)
        assert taken(engine, "cs-slack") == ()
        passes(engine, seconds=6)
        (leased,) = taken(engine, "cs-slack")
        on_the_wire(engine, [leased])


def test_what_never_left_waits_as_after_a_first_attempt_however_many_there_were(engine: Engine) -> None:
    (leased,) = sending(engine, channels=("email",))
    force(engine, leased.id, attempts=6)
    never_left(engine, leased)
    row = row_of(engine, leased.id)
    assert (row.state, row.attempts) == ("retry_wait", 5)
    passes(engine, seconds=31)
    assert len(taken(engine, "mail")) == 1


def test_refused_is_dead_at_once(engine: Engine) -> None:
    (leased,) = sending(engine)
    answered(engine, leased, "refused", reason="http_404")
    row = row_of(engine, leased.id)
    assert (row.state, row.reason, row.settled_at) == ("dead", "refused", NOON)
    assert [(a.outcome, a.reason) for a in rows(engine, tables.attempt)] == [("refused", "http_404")]


def test_a_destination_that_is_gone_takes_nothing_more(engine: Engine) -> None:
    leased, other = sending(engine, 2)
    deliveries(engine)
    answered(engine, leased, "refused", reason="http_410", disable=True)
    assert taken(engine) == ()
    (crm,) = (row for row in rows(engine, tables.destination) if row.name == "crm")
    assert crm.disabled_why == "http_410"
    answered(engine, other, "accepted")
    assert states(engine) == {"dead": 1, "delivered": 1, "held": 1}


def test_unknown_is_retried_where_the_destination_may_be(engine: Engine) -> None:
    (leased,) = sending(engine)
    settled = answered(engine, leased, "unknown", reason="deadline", on_unknown={"crm": "retry"})
    assert settled.states == {State.RETRY_WAIT: 1}
    assert row_of(engine, leased.id).reason == "no_answer"
    passes(engine, seconds=10)
    (again,) = taken(engine)
    assert again.possible_repeat


@pytest.mark.parametrize(("ago", "state"), [(22, "retry_wait"), (24, "unknown")])
def test_unknown_is_tried_again_as_long_as_the_other_side_knows_a_repetition(
    engine: Engine, ago: int, state: str
) -> None:
    (leased,) = sending(engine)
    with write(engine) as connection:
        began_at = clock(connection) - timedelta(hours=ago)
        connection.execute(update(tables.attempt).values(began_at=began_at))
    answered(engine, leased, "unknown", on_unknown={"crm": timedelta(hours=23)})
    assert [row.state for row in rows(engine, tables.delivery)] == [state]


@pytest.mark.parametrize("on_unknown", [{"crm": "park"}, {}])
def test_unknown_is_parked_for_a_person_elsewhere(engine: Engine, on_unknown: dict[str, str]) -> None:
    (leased,) = sending(engine)
    settled = answered(engine, leased, "unknown", on_unknown=on_unknown)
    assert settled.states == {State.UNKNOWN: 1}
    assert row_of(engine, leased.id).reason == "no_answer"
    passes(engine, hours=99)
    assert taken(engine) == ()


def test_an_unknown_last_attempt_is_dead(engine: Engine) -> None:
    (leased,) = sending(engine, channels=("alert",))
    for _ in range(6):
        answered(engine, leased, "unknown", on_unknown={"cs-slack": "retry"})
        passes(engine, hours=2)
        for each in taken(engine, "cs-slack"):
            leased = each
            on_the_wire(engine, [each])
    assert (state_of(engine, leased.id), row_of(engine, leased.id).reason) == (State.DEAD, "attempts_used_up")


@pytest.mark.parametrize("on_unknown", ["park", "retry"])
def test_an_acceptance_that_comes_late_still_counts_if_nothing_newer_was_tried(engine: Engine, on_unknown: str) -> None:
    (leased,) = sending(engine)
    passes(engine, seconds=61)
    with write(engine) as connection:
        assert sweep(connection, {"crm": on_unknown}, lambda: 0.5).unknown == 1  # type: ignore[dict-item] # a table
    settled = answered(engine, leased, "accepted")
    assert (settled.states, settled.late) == ({State.DELIVERED: 1}, 0)
    assert [a.outcome for a in rows(engine, tables.attempt)] == ["accepted"]
    assert len(rows(engine, tables.event)) == 1


def test_an_acceptance_that_a_newer_attempt_has_overtaken_is_only_noted(engine: Engine) -> None:
    (late,) = sending(engine)
    passes(engine, seconds=61)
    with write(engine) as connection:
        sweep(connection, {"crm": "retry"}, lambda: 0.5)
    passes(engine, seconds=10)
    (newer,) = taken(engine)
    settled = answered(engine, late, "accepted")
    assert (settled.states, settled.late) == ({}, 1)
    assert state_of(engine, late.id) is State.LEASED
    assert [(a.fence, a.outcome, a.reason) for a in rows(engine, tables.attempt)] == [(1, "late", "accepted")]
    on_the_wire(engine, [newer])
    assert answered(engine, late, "refused").states == {}
    assert state_of(engine, late.id) is State.SENDING


def test_an_old_acceptance_does_not_end_the_wait_of_a_newer_attempt(engine: Engine) -> None:
    (late,) = sending(engine)
    passes(engine, seconds=61)
    with write(engine) as connection:
        sweep(connection, {"crm": "retry"}, lambda: 0.5)
    passes(engine, seconds=10)
    (newer,) = taken(engine)
    on_the_wire(engine, [newer])
    answered(engine, newer, "retry", reason="http_503")
    assert answered(engine, late, "accepted").late == 1
    assert state_of(engine, late.id) is State.RETRY_WAIT


@pytest.mark.parametrize("kind", ["retry", "refused", "unknown"])
def test_a_late_worker_changes_nothing(engine: Engine, kind: str) -> None:
    (late,) = sending(engine)
    passes(engine, seconds=61)
    with write(engine) as connection:
        sweep(connection, {}, lambda: 0.5)
    before = row_of(engine, late.id)
    assert answered(engine, late, kind, on_unknown={"crm": "retry"}).late == 1
    assert row_of(engine, late.id) == before


@pytest.mark.parametrize("kind", ["accepted", "retry", "refused", "unknown"])
def test_a_settling_whose_commit_was_not_heard_of_may_be_repeated(engine: Engine, kind: str) -> None:
    (leased,) = sending(engine)
    answered(engine, leased, kind, reason="why", on_unknown={"crm": "retry"})
    before = (row_of(engine, leased.id), rows(engine, tables.attempt), rows(engine, tables.event))
    assert answered(engine, leased, kind, reason="why", on_unknown={"crm": "retry"}).states == {}
    assert (row_of(engine, leased.id), rows(engine, tables.attempt), rows(engine, tables.event)) == before


def test_many_answers_are_settled_together(engine: Engine) -> None:
    leased = sending(engine, 4)
    kinds = ["accepted", "retry", "refused", "unknown"]
    with write(engine) as connection:
        outcomes = [Outcome(each.id, each.fence, kind) for each, kind in zip(leased, kinds, strict=True)]  # type: ignore[arg-type] # kinds
        settled = settle(connection, REPLAY, outcomes, {"crm": "park"}, lambda: 0.5)
    assert settled.states == {State.DELIVERED: 1, State.RETRY_WAIT: 1, State.DEAD: 1, State.UNKNOWN: 1}
    assert [state_of(engine, each.id).value for each in leased] == ["delivered", "retry_wait", "dead", "unknown"]


def test_an_answer_for_what_was_erased_meanwhile_is_dropped(engine: Engine) -> None:
    (leased,) = sending(engine)
    with write(engine) as connection:
        connection.execute(delete(tables.attempt))
        connection.execute(delete(tables.delivery))
    assert answered(engine, leased, "accepted").states == {}


def test_an_answer_is_kept_up_to_two_thousand_characters(engine: Engine) -> None:
    (leased,) = sending(engine)
    answered(engine, leased, "accepted", detail="x" * 5000)
    (attempt,) = rows(engine, tables.attempt)
    assert len(attempt.detail) == 2000
