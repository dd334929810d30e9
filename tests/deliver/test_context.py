"""What a template gets."""

from __future__ import annotations

from dataclasses import replace

from firstwin.deliver.context import Background, Started, Told, context
from firstwin.messages.plain import plain
from firstwin.rules.project import Project
from tests.deliver.given import LEASED
from tests.outbox.given import NOON

STEP = {"name": "data_connected", "label": "connected your data"}
KNOWN = Background(
    Started("account", "acme/1", NOON, "anna", {"plan": "pro"}),
    Told("Signed up, not yet connected your data.", NOON, missing=(STEP,)),
    NOON,
    account={"id": "acme/1", "company": "Acme"},
    person={"id": "anna", "first_name": "Anna"},
    contact={"id": "ben"},
)
PROJECT = Project(
    name="Acme",
    link="https://app.example.com",
    postal_address="1 Main St",
    account_link="https://app.example.com/a/{account_id}",
)


def test_a_template_gets_everything_that_a_message_may_tell() -> None:
    assert context(LEASED, KNOWN, PROJECT) == {
        "subject": {"kind": "account", "id": "acme/1"},
        "account": {"id": "acme/1", "company": "Acme", "link": "https://app.example.com/a/acme%2F1"},
        "person": {"id": "anna", "first_name": "Anna"},
        "contact": {"id": "ben"},
        "start": {"at": NOON, "plan": "pro"},
        "why": "Signed up, not yet connected your data.",
        "since": NOON,
        "done": [],
        "missing": [STEP],
        "project": {
            "name": "Acme",
            "link": "https://app.example.com",
            "postal_address": "1 Main St",
            "zone": "UTC",
        },
        "unsubscribe_link": "",
        "rule": "no-login",
        "step": "remind",
        "now": NOON,
    }


def test_it_is_plain_data_throughout() -> None:
    found = context(LEASED, KNOWN, PROJECT)
    assert plain(found) == found


def test_what_the_start_carried_does_not_hide_when_it_was() -> None:
    known = replace(KNOWN, start=replace(KNOWN.start, props={"at": "never"}))
    assert context(LEASED, known, PROJECT)["start"] == {"at": NOON}


def test_a_recipient_of_whom_only_the_address_is_known() -> None:
    known = replace(KNOWN, person={}, account={}, contact={})
    found = context(LEASED, known, Project(name="Acme"))
    assert found["person"] == {"email": "anna@example.com"}
    assert (found["account"], found["contact"]) == ({}, {})
    assert context(replace(LEASED, address=None), known, PROJECT)["person"] == {}
