"""What is wrong is told in sentences, each only when it is; and what is worked around."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from firstwin.db import tables
from firstwin.db.engine import clock, write
from firstwin.outbox.pause import pause
from firstwin.tools.health import SILENT, WAITS_LONG, Health, ailments, health, weaknesses
from firstwin.tools.heart import beat_heart
from firstwin.tools.said import MISTAKES, Said
from tests.outbox.given import NOON, a_run, answered, deliveries, sending
from tests.tools.test_status import a_rule_row, found

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)


def test_all_is_well_with_a_worker_a_beat_and_fresh_rules(engine: Engine) -> None:
    a_run(engine)
    a_rule_row(engine)
    with write(engine) as connection:
        beat_heart(connection, "w1", "worker")
        beat_heart(connection, "beat", "beat")
    assert ailments(found(engine), tick_every=MINUTE, with_broker=True) == []


def test_what_is_wrong_is_told_in_sentences(engine: Engine) -> None:
    a_run(engine)
    a_rule_row(engine, last_slot=NOON - 3 * MINUTE - SILENT - timedelta(seconds=1))
    a_rule_row(engine, id="broken", error="it cannot be matched")
    with write(engine) as connection:
        beat_heart(connection, "w1", "worker")
        connection.execute(update(tables.heartbeat).values(at=clock(connection) - SILENT - timedelta(seconds=1)))
    wrong = ailments(found(engine), tick_every=MINUTE, with_broker=True)
    assert [sentence.split()[0] for sentence in wrong] == ["Rule", "1", "No", "No"]
    assert "no-login" in wrong[1]


def test_without_a_broker_no_beat_is_missed(engine: Engine) -> None:
    with write(engine) as connection:
        beat_heart(connection, "w1", "worker")
    assert ailments(found(engine), tick_every=MINUTE, with_broker=False) == []


def test_a_rule_tells_whom_it_holds_out_and_why_it_holds(engine: Engine) -> None:
    a_rule_row(engine, held_since=NOON, held_why="no logged_in has come in from anybody since 2026-03-02 09:00 UTC")
    deliveries(engine, 3)
    with write(engine) as connection:
        connection.execute(update(tables.nudge).where(tables.nudge.c.subject == "acme-0001").values(state="held_out"))
    now = found(engine)
    (rule,) = now.rules
    assert (rule.nudges, rule.held_out, rule.held_since) == (2, 1, NOON)
    wrong = ailments(now, tick_every=MINUTE, with_broker=False)
    assert "Rule no-login holds its nudges: no logged_in has come in from anybody since 2026-03-02 09:00 UTC." in wrong


def test_a_feed_that_is_still_to_begin_is_no_ailment(engine: Engine) -> None:
    a_rule_row(engine, held_since=NOON, held_why="no logged_in has ever come in")
    now = found(engine)
    assert now.rules[0].held == "no logged_in has ever come in"
    assert not any("holds" in one for one in ailments(now, tick_every=MINUTE, with_broker=False))


def test_a_rule_that_paused_itself_is_an_ailment_and_one_that_a_person_paused_is_none(engine: Engine) -> None:
    a_rule_row(engine)
    a_rule_row(engine, id="other")
    with write(engine) as connection:
        pause(connection, "no-login", who="firstwin", why="it would nudge 400 within a day", at=NOON)
        pause(connection, "other", who="anna", why="I am at it", at=NOON)
    wrong = ailments(found(engine), tick_every=MINUTE, with_broker=False)
    told = [one for one in wrong if "paused" in one]
    assert told == [
        "Rule no-login was paused by itself: it would nudge 400 within a day. If that is right, `firstwin resume no-login` lets it go on."
    ]


def waits(engine: Engine, age: timedelta) -> list[str]:
    """What is told of a message that has been due for so long."""
    a_run(engine)
    deliveries(engine, due_at=NOON - age, expires_at=NOON + timedelta(days=3))
    return [one for one in ailments(found(engine), tick_every=MINUTE, with_broker=False) if "due" in one]


def test_a_message_that_is_due_for_long_is_an_ailment(engine: Engine) -> None:
    (told,) = waits(engine, WAITS_LONG + MINUTE)
    assert told.startswith("A message has been due for 11 minutes")


def test_one_that_is_due_for_a_moment_is_none(engine: Engine) -> None:
    assert waits(engine, WAITS_LONG) == []


@pytest.mark.parametrize("scope", ["no-login", "*"])
def test_what_somebody_paused_waits_for_them(engine: Engine, scope: str) -> None:
    with write(engine) as connection:
        pause(connection, scope, who="anna", why=None, at=NOON)
    assert waits(engine, timedelta(days=1)) == []


@pytest.mark.parametrize("column", ["paused_at", "disabled_at"])
def test_a_stopped_destination_is_worked_around(engine: Engine, column: str) -> None:
    assert waits(engine, timedelta(days=1)) != []
    with write(engine) as connection:
        connection.execute(
            update(tables.destination).where(tables.destination.c.name == "crm").values(**{column: NOON})
        )
    now = found(engine)
    assert now.waits is None
    (told,) = weaknesses(now, broker_answers=None)
    assert told.startswith("Nothing goes to crm: ")


def test_what_waits_for_another_attempt_is_not_late(engine: Engine) -> None:
    (leased,) = sending(engine, due_at=NOON - timedelta(hours=1))
    answered(engine, leased, "retry", reason="http_503")
    assert found(engine).waits is None


@pytest.mark.parametrize(("answers", "told"), [(True, 0), (None, 0), (False, 1)])
def test_a_broker_that_does_not_answer_is_worked_around(engine: Engine, answers: bool | None, told: int) -> None:
    assert len(weaknesses(found(engine), broker_answers=answers)) == told


def test_what_living_workers_say_of_their_files_counts_once(engine: Engine) -> None:
    with write(engine) as connection:
        for who in ("w1", "w2"):
            beat_heart(connection, who, "worker", Said((MISTAKES,), ("Files wait.",)))
    assert health(found(engine), with_broker=False, broker_answers=None) == Health((MISTAKES,), ("Files wait.",))


def test_what_the_dead_said_counts_no_more(engine: Engine) -> None:
    with write(engine) as connection:
        beat_heart(connection, "w1", "worker", Said((MISTAKES,)))
        connection.execute(update(tables.heartbeat).values(at=clock(connection) - SILENT - timedelta(seconds=1)))
        beat_heart(connection, "w2", "worker", Said())
    assert health(found(engine), with_broker=False, broker_answers=None) == Health()


def test_rules_are_late_by_the_grid_that_workers_tell(engine: Engine) -> None:
    a_run(engine)
    a_rule_row(engine, last_slot=NOON - 20 * MINUTE)
    told = []
    for every in (MINUTE, 10 * MINUTE):
        with write(engine) as connection:
            beat_heart(connection, "w1", "worker", Said(tick_every=every))
        told.append(bool(health(found(engine), with_broker=False, broker_answers=None).wrong))
    assert told == [True, False]
