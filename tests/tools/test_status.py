from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, update

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.outbox.bounces import Kind, Told, take
from firstwin.outbox.pause import pause
from firstwin.tools.status import Status, event_names, rejects, status
from tests.outbox.given import ADDRESSES, NOON, REPLAY, answered, deliveries, force, sending

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
    for id_ in deliveries(engine, 2, channels=("alert",)):
        force(engine, id_, state="suppressed", reason="capped", settled_at=NOON)
    now = found(engine)
    assert now.deliveries == {"dead": 1, "scheduled": 2, "suppressed": 2}
    assert now.not_sent == {"dead: refused": 1, "suppressed: capped": 2}


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


def test_rejects_are_counted_by_file(tmp_path: Path) -> None:
    (tmp_path / "a.rejects.jsonl").write_text("{}\n{}\n")
    (tmp_path / "b.jsonl").write_text("{}\n")
    assert rejects(tmp_path) == {"a.rejects.jsonl": 2}
