"""Mails to customers wait while it is night where they are; whoever waits for one gets it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.db.runs import set_clock
from firstwin.outbox.peace import Peace
from tests.outbox.given import NOON, REPLAY, deliveries, force, on_the_wire, quiet_hours, row_of, taken

HOURS = quiet_hours("20:00", "08:00")
ACCOUNT = "acme-0000"  # whose mail comes first
MAIL: dict[str, Any] = {"channels": ("email",), "person": "anna", "expires_at": NOON + timedelta(days=9)}
HONOLULU, AUCKLAND = "Pacific/Honolulu", "Pacific/Auckland"  # two and one o'clock in the night, when it is noon in UTC


def lives_in(engine: Engine, kind: str, subject: str, zone: str, at: datetime = NOON - timedelta(days=9)) -> None:
    told = {"name": f"firstwin.{kind}.timezone", "props": {"value": zone}, f"{kind}_id": subject}
    row = told | {"occurred_at": at, "received_at": at, "known_at": at}
    with write(engine) as connection:
        connection.execute(tables.event.insert().values(row))


def goes(engine: Engine, peace: Peace, **about: Any) -> Any:
    """The row of a mail that was just taken to the wire, if it may be."""
    (id_,) = deliveries(engine, **{**MAIL, **about})
    on_the_wire(engine, taken(engine, "mail"), peace=peace)
    return row_of(engine, id_)


@pytest.mark.parametrize(
    ("person", "account", "project", "until"),
    [
        ("", "", "UTC", None),
        ("", "", HONOLULU, 6),
        ("", HONOLULU, "UTC", 6),
        (AUCKLAND, HONOLULU, "UTC", 7),
        ("UTC", HONOLULU, HONOLULU, None),
        ("Mars/Olympus", HONOLULU, "UTC", 6),
    ],
)
def test_the_recipient_s_zone_counts_then_the_account_s_then_the_project_s(
    engine: Engine, person: str, account: str, project: str, until: int | None
) -> None:
    if person:
        lives_in(engine, "person", "anna", person)
    if account:
        lives_in(engine, "account", ACCOUNT, account)
    row = goes(engine, Peace(HOURS, project))
    if until is None:
        assert row.state == "sending"
    else:
        assert (row.state, row.reason, row.due_at) == ("held", "quiet_hours", NOON + timedelta(hours=until))


def test_it_goes_out_in_the_morning(engine: Engine) -> None:
    row = goes(engine, Peace(HOURS, HONOLULU))
    assert taken(engine, "mail") == ()
    with write(engine) as connection:
        set_clock(connection, REPLAY, row.due_at)
    assert on_the_wire(engine, taken(engine, "mail"), peace=Peace(HOURS, HONOLULU)).sending == {row.id}


def test_a_zone_that_was_told_later_is_not_known_to_a_replay(engine: Engine) -> None:
    lives_in(engine, "person", "anna", HONOLULU, at=NOON + timedelta(minutes=1))
    assert goes(engine, Peace(HOURS)).state == "sending"


def test_what_somebody_waits_for_goes_at_any_time(engine: Engine) -> None:
    (id_,) = deliveries(engine, **MAIL)
    force(engine, id_, **{"class": "service"})
    on_the_wire(engine, taken(engine, "mail"), peace=Peace(HOURS, HONOLULU))
    assert row_of(engine, id_).state == "sending"


def test_programs_and_colleagues_are_told_at_once(engine: Engine) -> None:
    (id_,) = deliveries(engine, channels=("webhook",), expires_at=NOON + timedelta(days=9))
    on_the_wire(engine, taken(engine, "crm"), peace=Peace(HOURS, HONOLULU))
    assert row_of(engine, id_).state == "sending"
