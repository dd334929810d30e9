"""Whom a mail would go to: the people whom a rule's ``to`` names for this subject."""

from __future__ import annotations

from firstwin.decide.case import Case
from firstwin.decide.value import Person, Subject
from firstwin.match.value import Match
from firstwin.rules.terms import Recipient


def recipients(case: Case, to: Recipient) -> tuple[Person, ...]:
    """The people named, whether they have an address or not; empty when there is nobody.

    An address that stands in the data belongs to nobody we know: a person with an empty id.
    """
    people = case.subject.people
    match to.kind:
        case "person":
            return _by_id(people, case.subject.id)
        case "actor":
            return _by_id(people, case.match.start.actor)
        case "contact":
            return _contact(case)
        case "everyone":
            return people
        case "role":
            return tuple([person for person in people if person.role == to.name])
        case "address":
            address = address_in_data(case.match, case.subject, to.name)
            return (Person("", address),) if address else ()


def _by_id(people: tuple[Person, ...], wanted: str | None) -> tuple[Person, ...]:
    return tuple([person for person in people if person.id == wanted])


def _contact(case: Case) -> tuple[Person, ...]:
    """The account's contact; without one that can be written to, its oldest member with an address.

    A contact who asked for silence is still the contact: the message is not passed on to a colleague instead.
    """
    people = case.subject.people
    named = _by_id(people, case.subject.contact)
    for person in (*named, *people):
        if is_address(person.address):
            return (person,)
    return named


def address_in_data(match: Match, subject: Subject, name: str) -> str | None:
    """The address that stands in a property of the start or of the subject, like ``account.billing_email``."""
    scope, _, prop = name.partition(".")
    value = match.start.props.get(prop) if scope == "start" else subject.properties.get(name)
    return value if isinstance(value, str) and value else None


def is_address(value: object) -> bool:
    """Whether a text could be a mail address at all; whether it exists shows when it is written to."""
    if not isinstance(value, str) or not value.isprintable() or " " in value:
        return False
    mailbox, at, domain = value.rpartition("@")
    return bool(mailbox and at and domain) and "@" not in mailbox
