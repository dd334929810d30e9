"""Decisions become rows, each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.db.runs import Run
from firstwin.decide.value import NotSent, Nudge, Reason
from firstwin.outbox.key import key_of
from firstwin.outbox.put import PutResult, put
from tests.outbox.given import ACTIONS, NOON, a_nudge, a_rule, a_run, rows


def stored(engine: Engine, run: Run, *nudges: Nudge) -> PutResult:
    with write(engine) as connection:
        return put(connection, run, nudges, NOON + timedelta(minutes=1))


def nudge_for(engine: Engine, subject: str = "acme", **about: object) -> Nudge:
    with write(engine) as connection:
        return a_nudge(connection, subject, **about)  # type: ignore[arg-type] # passed on


def test_a_nudge_is_stored_with_its_evidence_and_its_deliveries(engine: Engine) -> None:
    run = a_run(engine)
    result = stored(engine, run, nudge_for(engine, channels=("email", "alert"), person="anna"))
    assert result.deliveries == 2
    (nudge,) = rows(engine, tables.nudge)
    assert (nudge.rule, nudge.rule_version, nudge.subject, nudge.mode) == ("no-login", "v1", "acme", "live")
    assert nudge.decided_at == NOON + timedelta(minutes=1)
    assert nudge.evidence == [
        {"says": "did not log in", "holds": True, "count": 0, "last_at": NOON.isoformat(), "value": None},
        {"says": "mrr", "holds": True, "count": None, "last_at": None, "value": 1500.0},
    ]
    mail, alert = sorted(rows(engine, tables.delivery), key=lambda row: row.id)
    assert (mail.state, mail.nudge_id, mail.channel, mail.destination) == ("scheduled", nudge.id, "email", "mail")
    assert (mail.address, mail.person_id, mail.account_id) == ("acme@example.com", "anna", "acme")
    assert (mail.due_at, mail.expires_at) == (NOON, NOON + timedelta(days=3))
    assert (alert.channel, alert.destination, alert.address) == ("alert", "cs-slack", None)
    assert (mail.attempts, mail.fence, mail.lease_losses) == (0, 0, 0)


def test_the_same_nudges_again_change_nothing(engine: Engine) -> None:
    run = a_run(engine)
    nudges = [nudge_for(engine, f"acme-{n}") for n in range(3)]
    assert stored(engine, run, *nudges) == PutResult(tuple(nudges), 3)
    more = nudge_for(engine, "acme-3")
    assert stored(engine, run, *nudges, more) == PutResult((more,), 1)
    assert len(rows(engine, tables.nudge)) == len(rows(engine, tables.delivery)) == 4


def test_two_steps_of_one_start_are_two_nudges(engine: Engine) -> None:
    stored(engine, a_run(engine), nudge_for(engine, step=""), nudge_for(engine, step="remind"))
    assert len({row.key for row in rows(engine, tables.delivery)}) == 2


def test_shadow_and_a_run_that_does_not_send_keep_the_nudge_alone(engine: Engine) -> None:
    run = a_run(engine)
    stored(engine, run, nudge_for(engine, rule=a_rule(mode="shadow")))
    stored(engine, replace(run, sends=False), nudge_for(engine, rule=a_rule("another")))
    assert [row.mode for row in rows(engine, tables.nudge)] == ["shadow", "live"]
    assert rows(engine, tables.delivery) == []


def test_nothing_at_all_is_fine(engine: Engine) -> None:
    assert stored(engine, a_run(engine)) == PutResult()


def test_who_is_out_of_reach_is_one_row_for_each_reason(engine: Engine) -> None:
    mail = ACTIONS["email"]
    missed = (
        NotSent(mail, Reason.NO_ADDRESS, "ben has no address"),
        NotSent(mail, Reason.NO_ADDRESS, "cleo has no address"),
        NotSent(mail, Reason.SUPPRESSED, "dan is not to be sent marketing mail"),
    )
    stored(engine, a_run(engine), nudge_for(engine, not_sent=missed))
    assert sorted((row.reason, row.detail) for row in rows(engine, tables.skip)) == [
        ("no_address", "ben has no address; cleo has no address"),
        ("suppressed", "dan is not to be sent marketing mail"),
    ]


def test_a_key_tells_one_message_to_one_place_from_every_other(engine: Engine) -> None:
    run = a_run(engine)
    live = replace(run, id=tables.LIVE)
    nudge = nudge_for(engine, channels=("email", "webhook"))
    others = [
        nudge_for(engine, "globex"),
        nudge_for(engine, step="remind"),
        nudge_for(engine, rule=a_rule("another")),
    ]
    mail, hook = nudge.planned
    keys = {
        key_of(live, nudge.match, mail),
        key_of(live, nudge.match, hook),
        key_of(run, nudge.match, mail),
        key_of(live, nudge.match, mail._replace(address="other@example.com")),
        key_of(live, nudge.match, mail._replace(action=replace(mail.action, template="other"))),
        *(key_of(live, other.match, mail) for other in others),
    }
    assert len(keys) == 8
    assert all(key.startswith("fw_") and len(key) == 35 for key in keys)
    assert key_of(live, nudge.match, mail) == key_of(live, nudge.match, mail._replace(address="ACME@example.com"))


def test_a_key_never_changes_between_versions_of_the_program(engine: Engine) -> None:
    live = replace(a_run(engine), id=tables.LIVE)
    nudge = nudge_for(engine, channels=("email",))
    assert key_of(live, nudge.match, nudge.planned[0]) == "fw_b9bf0f575ec6a84f01b0f7d9ba8a244f"
