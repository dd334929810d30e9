"""What is read of a delivery's start, account and people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, update

from firstwin.db import tables
from firstwin.db.engine import write
from firstwin.deliver.background import backgrounds
from firstwin.deliver.context import Background
from firstwin.match.value import Standing
from firstwin.outbox.clocks import clocks
from tests.deliver.given import properties, tell
from tests.outbox.given import NOON, REPLAY, a_rule, deliveries, taken


def known(engine: Engine, destination: str = "crm") -> Background:
    leased = taken(engine, destination)
    with write(engine) as connection:
        standings = {each.id: Standing() for each in leased}
        (found,) = backgrounds(connection, clocks(connection, REPLAY), leased, standings, tell).values()
    return found


def member(engine: Engine, person: str, days_ago: int) -> None:
    row = {"account_id": "acme-0000", "person_id": person, "since": NOON - timedelta(days=days_ago)}
    with write(engine) as connection:
        connection.execute(insert(tables.member), row)


def test_the_start_with_what_its_event_carried(engine: Engine) -> None:
    deliveries(engine)
    with write(engine) as connection:
        connection.execute(update(tables.start).values(props={"plan": "pro"}, actor="anna"))
    found = known(engine)
    assert (found.start.kind, found.start.subject, found.start.at) == ("account", "acme-0000", NOON)
    assert (found.start.props, found.start.actor, found.now) == ({"plan": "pro"}, "anna", NOON)


def test_the_account_and_the_recipient_as_they_are_at_the_runs_now(engine: Engine) -> None:
    deliveries(engine, channels=("email",), person="anna")
    properties(engine, "account", "acme-0000", company="Acme")
    properties(engine, "person", "anna", first_name="Anna")
    with write(engine) as connection:
        later = NOON + timedelta(days=1)
        fact = {"name": "firstwin.account.company", "props": {"value": "Renamed"}, "account_id": "acme-0000"}
        at = {"occurred_at": later, "received_at": later, "known_at": later}
        connection.execute(insert(tables.event), {**fact, **at})
    found = known(engine, "mail")
    assert found.account == {"id": "acme-0000", "company": "Acme"}
    assert (found.person["id"], found.person["first_name"]) == ("anna", "Anna")


@pytest.mark.parametrize(("named", "expected"), [("ben", "ben"), (None, "cleo")])
def test_the_contact_is_whom_the_account_names_else_its_oldest_member_with_an_address(
    engine: Engine, named: str | None, expected: str
) -> None:
    deliveries(engine)
    if named:
        properties(engine, "account", "acme-0000", contact=named)
    properties(engine, "person", "ben", email="ben@example.com")
    properties(engine, "person", "cleo", email="cleo@example.com")
    for person, days in (("mute", 9), ("cleo", 5), ("ben", 1)):
        member(engine, person, days)
    assert known(engine).contact["id"] == expected


def test_without_a_recipient_it_is_about_the_person_of_the_rule_or_whoever_did_it(engine: Engine) -> None:
    deliveries(engine, rule=a_rule(about="person"))
    properties(engine, "person", "acme-0000", first_name="Anna")
    assert known(engine).person["first_name"] == "Anna"
    deliveries(engine, rule=a_rule("another"))
    with write(engine) as connection:
        connection.execute(update(tables.start).values(actor="acme-0000"))
    assert known(engine).person["first_name"] == "Anna"
