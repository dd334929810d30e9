"""Turns one action into messages to places, or into the reason why it reaches nobody."""

from __future__ import annotations

from datetime import datetime

from firstwin.decide.case import Case, channel_of
from firstwin.decide.recipients import is_address, recipients
from firstwin.decide.silence import silences
from firstwin.decide.value import NotSent, Person, Planned, Reason
from firstwin.rules.terms import Alert, Digest, Email, Message, Recipient, Scalar, Webhook

CSM = "csm"

NOBODY = {
    "person": "the person is not known",
    "actor": "whoever did it is not among the account's people",
    "contact": "the account has no contact, and nobody in it has an address",
    "everyone": "the account has no people",
    "role": "nobody in the account has the role {name}",
    "address": "{name} is empty",
}


def reach(case: Case, action: Message) -> tuple[Planned | NotSent, ...]:
    expires_at = case.expires_at(channel_of(action))
    if case.now > expires_at:
        return (NotSent(action, Reason.EXPIRED),)
    if isinstance(action, Email):
        return _mails(case, action, expires_at)
    return (_to_destination(case, action, expires_at),)


def _mails(case: Case, action: Email, expires_at: datetime) -> tuple[Planned | NotSent, ...]:
    people = recipients(case, action.to)
    if not people:
        return (NotSent(action, Reason.NO_ADDRESS, _nobody(action.to)),)
    return tuple(_mail(case, action, person, expires_at) for person in people)


def _nobody(to: Recipient) -> str:
    return NOBODY[to.kind].format(name=to.name)


def _mail(case: Case, action: Email, person: Person, expires_at: datetime) -> Planned | NotSent:
    who = person.id or action.to.name
    if person.address is None or not is_address(person.address):
        return NotSent(action, Reason.NO_ADDRESS, f"{who} has no address")
    if silenced(case, person, person.address):
        return NotSent(action, Reason.SUPPRESSED, f"{who} is not to be sent {case.match.rule.message_class} mail")
    return Planned(
        action,
        "email",
        case.policy.mail_sender,
        case.match.rule.message_class,
        expires_at,
        person_id=person.id or None,
        address=person.address,
    )


def silenced(case: Case, person: Person, address: str) -> bool:
    """Whether this class may not be sent to the person or to the address, whoever else it belongs to."""
    lower = address.lower()
    classes = person.suppressed | case.policy.suppressed_addresses.get(lower, frozenset())
    for other in case.subject.people:
        if other.suppressed and (other.address or "").lower() == lower:
            classes |= other.suppressed
    return bool(classes) and silences(classes, case.match.rule.message_class)


def _to_destination(case: Case, action: Alert | Webhook | Digest, expires_at: datetime) -> Planned | NotSent:
    destination = action.to if action.to != CSM else case.subject.csm or case.policy.csm_fallback
    if destination is None:
        return NotSent(action, Reason.NO_ADDRESS, "the account has no CSM, and firstwin.yaml names no fallback")
    channel = channel_of(action)
    message_class = case.match.rule.message_class if isinstance(action, Webhook) else "alert"
    planned = Planned(action, channel, destination, message_class, expires_at)
    return _listed(case, action, planned) if isinstance(action, Digest) else planned


def _listed(case: Case, digest: Digest, planned: Planned) -> Planned:
    """The subject on its receiver's list, with the value that it is ordered by now."""
    receiver = case.subject.csm_name if digest.to == CSM else ""
    value = case.subject.properties.get(str(digest.order_by.of)) if digest.order_by else None
    return planned._replace(receiver=receiver, value=_scalar(value))


def _scalar(value: object) -> Scalar | None:
    return value if isinstance(value, str | int | float) else None
