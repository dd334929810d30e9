"""Whom the words person, actor, contact, everyone, role and address mean."""

from __future__ import annotations

from typing import Any

import pytest

from firstwin.decide.recipients import is_address, recipients
from firstwin.decide.value import Person
from firstwin.rules.terms import Recipient
from tests.decide.cases import ACME, ANNA, BEN, case, match

MUTE = Person("cleo", None)


def ids(to: Recipient, **changes: Any) -> list[str]:
    return [person.id for person in recipients(case(**changes), to)]


def test_person_is_whom_the_rule_is_about() -> None:
    about_ben = ACME._replace(kind="person", id="ben", people=(BEN,))
    assert ids(Recipient("person"), subject=about_ben) == ["ben"]


def test_actor_is_who_did_the_event_of_the_start() -> None:
    assert ids(Recipient("actor")) == ["anna"]
    assert ids(Recipient("actor"), match=match()._replace(start=match().start._replace(actor=None))) == []


@pytest.mark.parametrize(
    ("contact", "people", "expected"),
    [
        ("ben", (ANNA, BEN), ["ben"]),
        (None, (ANNA, BEN), ["anna"]),
        ("cleo", (MUTE, ANNA), ["anna"]),
        ("cleo", (MUTE,), ["cleo"]),
        ("somebody who left", (ANNA,), ["anna"]),
        (None, (MUTE,), []),
        (None, (), []),
    ],
)
def test_contact_falls_back_to_the_oldest_member_with_an_address(
    contact: str | None, people: tuple[Person, ...], expected: list[str]
) -> None:
    assert ids(Recipient("contact"), subject=ACME._replace(contact=contact, people=people)) == expected


def test_a_contact_who_unsubscribed_is_not_replaced_by_a_colleague() -> None:
    silent = BEN._replace(suppressed=frozenset({"*"}))
    assert ids(Recipient("contact"), subject=ACME._replace(contact="ben", people=(ANNA, silent))) == ["ben"]


def test_everyone_and_roles() -> None:
    assert ids(Recipient("everyone")) == ["anna", "ben"]
    assert ids(Recipient("role", "billing")) == ["ben"]
    assert ids(Recipient("role", "owner")) == []


@pytest.mark.parametrize(
    ("name", "props", "properties", "expected"),
    [
        ("start.invitee_email", {"invitee_email": "new@acme.example"}, {}, ["new@acme.example"]),
        ("account.billing_email", {}, {"account.billing_email": "pay@acme.example"}, ["pay@acme.example"]),
        ("account.billing_email", {}, {}, []),
        ("start.invitee_email", {"invitee_email": 7}, {}, []),
        ("start.invitee_email", {"invitee_email": ""}, {}, []),
    ],
)
def test_an_address_in_the_data_belongs_to_nobody_we_know(
    name: str, props: dict[str, object], properties: dict[str, object], expected: list[str]
) -> None:
    found = recipients(
        case(
            match=match()._replace(start=match().start._replace(props=props)),
            subject=ACME._replace(properties=properties),
        ),
        Recipient("address", name),
    )
    assert [person.address for person in found] == expected
    assert all(person.id == "" for person in found)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@b", True),
        ("anna.o'neil+x@acme.example", True),
        ("ännä@acme.example", True),
        ("", False),
        (None, False),
        (5, False),
        ("anna", False),
        ("@acme.example", False),
        ("anna@", False),
        ("a@b@c", False),
        ("a b@c", False),
        ("a@b\nBcc: x@y", False),
    ],
)
def test_what_can_be_an_address(value: object, expected: bool) -> None:
    assert is_address(value) is expected
