"""Every "no" is a row, updated and never repeated."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.decide.value import Reason, Skip
from firstwin.outbox.skips import note_skips
from tests.outbox.given import NOON, a_nudge, a_run, rows


def test_the_same_reason_again_updates_its_row(engine: Engine) -> None:
    run = a_run(engine)
    with write(engine) as connection:
        match = a_nudge(connection, "acme").match
        for hours in range(3):
            skip = Skip(match, Reason.GATE_FALSE, f"unless {hours}")
            note_skips(connection, run, [skip], NOON + timedelta(hours=hours))
        note_skips(connection, run, [Skip(match, Reason.EXPIRED)], NOON)
    gate, expired = sorted(rows(engine, tables.skip), key=lambda row: row.reason, reverse=True)
    assert (gate.reason, gate.detail, gate.first_at, gate.last_at) == (
        "gate_false",
        "unless 2",
        NOON,
        NOON + timedelta(hours=2),
    )
    assert (expired.reason, expired.detail, expired.rule_version) == ("expired", None, "v1")


def test_no_skips_write_nothing(engine: Engine) -> None:
    run = a_run(engine)
    with write(engine) as connection:
        note_skips(connection, run, [], NOON)
    assert rows(engine, tables.skip) == []
