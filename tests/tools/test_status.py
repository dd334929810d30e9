from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, update

from firstwin.db import tables
from firstwin.db.engine import clock, read, write
from firstwin.outbox.bounces import Kind, Told, take
from firstwin.outbox.pause import pause
from firstwin.tools.heart import beat_heart
from firstwin.tools.status import SILENT, Status, ailments, event_names, rejects, status
from tests.outbox.given import ADDRESSES, NOON, REPLAY, a_run, answered, deliveries, sending

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)


def found(engine: Engine, run: str = REPLAY) -> Status:
    with read(engine) as connection:
        return status(connection, run)


def a_rule_row(engine: Engine, **values: object) -> None:
    row = {"run": REPLAY, "id": "no-login", "version": "v1", "active_from": NOON, "last_slot": NOON - MINUTE} | values
    with write(engine) as connection:
        connection.execute(insert(tables.rule).values(**row))


def test_an_empty_database_has_nothing_to_tell(engine: Engine) -> None:
    now = found(engine, "live")
    assert (now.deliveries, now.rules, now.feeds, now.hearts, now.accounts) == ({}, (), (), (), 0)


def test_deliveries_are_counted_by_state_and_those_that_did_not_go_by_reason(engine: Engine) -> None:
    deliveries(engine, 2)
    (leased,) = sending(engine, 1, channels=("email",))
    answered(engine, leased, "refused", reason="no_such_mailbox")
    now = found(engine)
    assert now.deliveries == {"dead": 1, "scheduled": 2}
    assert now.not_sent == {"dead: refused": 1}


def test_what_mail_providers_told_is_counted_by_kind(engine: Engine) -> None:
    kinds: tuple[Kind, ...] = ("hard_bounce", "hard_bounce", "complaint")
    told = [Told(kind, "a@b.example", f"e{number}") for number, kind in enumerate(kinds)]
    with write(engine) as connection:
        take(connection, ADDRESSES, "ses", told)
    assert found(engine).outcomes == {"complaint": 1, "hard_bounce": 2}


def test_a_rule_tells_its_starts_nudges_skips_and_how_long_ago_it_was_matched(engine: Engine) -> None:
    a_rule_row(engine)
    deliveries(engine, 3)
    skip = {
        "run": REPLAY, "rule": "no-login", "subject": "a", "start_key": "e", "step": "", "reason": "gate_false",
        "rule_version": "v1", "first_at": NOON, "last_at": NOON,
    }  # fmt: skip
    with write(engine) as connection:
        connection.execute(insert(tables.skip).values(**skip))
        pause(connection, "no-login", who="me", why=None, at=NOON)
    (rule,) = found(engine).rules
    assert (rule.starts, rule.nudges, rule.skips) == ({"open": 3}, 3, {"gate_false": 1})
    assert (rule.lag, rule.paused) == (MINUTE, True)


def test_another_runs_rows_are_not_counted(engine: Engine) -> None:
    a_rule_row(engine)
    deliveries(engine)
    now = found(engine, "live")
    assert (now.rules, now.deliveries) == ((), {})


def test_feeds_are_the_events_that_came_from_outside(engine: Engine) -> None:
    rows = [
        {"name": name, "first_at": NOON, "last_at": NOON, "count": 3} for name in ("logged_in", "firstwin.account.plan")
    ]
    with write(engine) as connection:
        connection.execute(insert(tables.event_name), rows)
        assert event_names(connection) == {"logged_in", "firstwin.account.plan"}
    assert [feed.name for feed in found(engine).feeds] == ["logged_in"]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"paused_at": NOON}, "paused"),
        ({"disabled_at": NOON, "disabled_why": "gone"}, "disabled: gone"),
        ({"breaker": "open"}, "resting"),
    ],
)
def test_a_place_that_takes_nothing_says_why(engine: Engine, values: dict[str, object], says: str) -> None:
    deliveries(engine)
    with write(engine) as connection:
        connection.execute(update(tables.destination).where(tables.destination.c.name == "crm").values(**values))
    ((name, why),) = [(stopped.name, stopped.why) for stopped in found(engine).stopped]
    assert name == "crm"
    assert says in why


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
    assert [sentence.split()[0] for sentence in wrong] == ["Rule", "No", "No", "1"]
    assert "no-login" in wrong[-1]


def test_without_a_broker_no_beat_is_missed(engine: Engine) -> None:
    with write(engine) as connection:
        beat_heart(connection, "w1", "worker")
    assert ailments(found(engine), tick_every=MINUTE, with_broker=False) == []


def test_rejects_are_counted_by_file(tmp_path: Path) -> None:
    (tmp_path / "a.rejects.jsonl").write_text("{}\n{}\n")
    (tmp_path / "b.jsonl").write_text("{}\n")
    assert rejects(tmp_path) == {"a.rejects.jsonl": 2}


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
