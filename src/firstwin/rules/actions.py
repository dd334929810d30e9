"""`then`: what a rule does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Tag

from firstwin.rules import terms
from firstwin.rules.later import LATER_ACTIONS, not_yet
from firstwin.rules.names import Milestone, Property, TemplateName
from firstwin.rules.problems import listed, nearest
from firstwin.rules.scope import Scope
from firstwin.rules.word import Word, refusal, shown

WHO = ("person", "actor", "contact", "everyone")
WHO_IN_WORDS = (
    "Write `contact`, `actor`, `everyone`, `person`, `{role: billing}` or `{address: account.billing_email}`."
)
WHERE_TO = "Write the name of a sender that firstwin.yaml declares, or `csm`."
COMPANY = ("csm",)


class RoleWord(Word):
    role: str

    called: ClassVar[str] = "A role"


class AddressWord(Word):
    address: Property

    called: ClassVar[str] = "An address"


def _who(value: object) -> object:
    if isinstance(value, Mapping):
        if len(value) != 1 or next(iter(value)) not in ("role", "address"):
            raise refusal("This is not a receiver.", WHO_IN_WORDS)
        return value
    if value in WHO or isinstance(value, RoleWord | AddressWord):
        return value
    raise _nobody(value)


def _nobody(value: object) -> Exception:
    if value in COMPANY:
        return refusal(
            "`csm` is in your company, and an email goes to customers.", "Write `alert:` in place of `email:`."
        )
    text = value if isinstance(value, str) else ""
    if "@" in text:
        message = f"`{text}` is one fixed address, and an email goes to the customer whom the rule is about."
        return refusal(message, f"{WHO_IN_WORDS} For somebody in your company use `alert:`.")
    if text.partition(".")[0] in ("account", "person", "start") and "." in text:
        return refusal(f"`{text}` is a property.", f"Write `to: {{address: {text}}}` if it holds a mail address.")
    meant = nearest(text, WHO) or {"customer": "contact", "owner": "contact", "user": "actor", "all": "everyone"}.get(
        text
    )
    return refusal(f"{shown(value)} is not a receiver.", f"Did you mean `{meant}`?" if meant else WHO_IN_WORDS)


def _who_form(value: object) -> str:
    if isinstance(value, RoleWord | AddressWord):
        return "<role>" if isinstance(value, RoleWord) else "<address>"
    return f"<{next(iter(value))}>" if isinstance(value, Mapping) else "<who>"


Who = Annotated[
    Annotated[Literal["person", "actor", "contact", "everyone"], Tag("<who>")]
    | Annotated[RoleWord, Tag("<role>")]
    | Annotated[AddressWord, Tag("<address>")],
    Discriminator(_who_form),
    BeforeValidator(_who),
]


def _destination(value: object) -> object:
    if not isinstance(value, str) or not value.strip():
        raise refusal(f"{shown(value)} is not the name of a destination.", WHERE_TO)
    if value in WHO:
        message = f"`{value}` is on the customer's side, and this goes to your company."
        raise refusal(message, "Write `email:` to reach a customer, or the name of a destination.")
    if re.match(r"[#@]", value):
        message = f"`{value}`: a destination is a name from firstwin.yaml, without `{value[0]}`."
        raise refusal(message, f"Declare a sender, and write its name: `to: {value[1:] or 'cs-team'}`.")
    if "@" in value or "://" in value:
        message = f"`{value}` is an address, and here a name stands for it."
        raise refusal(message, "Declare it under `senders:` in firstwin.yaml, and write that name.")
    return value


Destination = Annotated[str, BeforeValidator(_destination)]


class EmailWord(Word):
    email: TemplateName
    to: Who

    called: ClassVar[str] = "An email"
    needed: ClassVar[Mapping[str, str]] = {"to": WHO_IN_WORDS}
    synonyms: ClassVar[Mapping[str, str]] = {"template": "email", "recipient": "to"}

    def action(self, scope: Scope) -> terms.Action:
        scope.uses("email", self.email, "email")
        return terms.Email(self.email, self._recipient(scope))

    def _recipient(self, scope: Scope) -> terms.Recipient:
        if isinstance(self.to, RoleWord):
            return terms.Recipient("role", self.to.role)
        if isinstance(self.to, AddressWord):
            scope.property(self.to.address, "to", "address")
            return terms.Recipient("address", str(self.to.address))
        if self.to == "person" and scope.about == "account":
            message = "`to: person` is for rules about a person; this one is about an account, which has many."
            scope.refuse(message, "Write `to: contact`, `to: actor` or `to: everyone`.", "to")
        if self.to == "actor":
            self._somebody_acted(scope)
        return terms.Recipient(self.to)

    def _somebody_acted(self, scope: Scope) -> None:
        if scope.start and scope.start.kind not in ("event", None):
            message = "`to: actor` is who did the event that started the rule, and this start is no event."
            scope.refuse(message, "Write `to: contact` or `to: {role: owner}`.", "to")


class AlertWord(Word):
    alert: TemplateName
    to: Destination

    called: ClassVar[str] = "An alert"
    needed: ClassVar[Mapping[str, str]] = {"to": WHERE_TO}
    synonyms: ClassVar[Mapping[str, str]] = {"template": "alert", "channel": "to"}

    def action(self, scope: Scope) -> terms.Action:
        scope.uses("alert", self.alert, "alert")
        scope.uses("destination", self.to, "to")
        return terms.Alert(self.alert, self.to)


class WebhookWord(Word):
    webhook: TemplateName
    to: Destination

    called: ClassVar[str] = "A webhook"
    needed: ClassVar[Mapping[str, str]] = {"to": WHERE_TO}
    synonyms: ClassVar[Mapping[str, str]] = {"template": "webhook", "url": "to"}

    def action(self, scope: Scope) -> terms.Action:
        scope.uses("webhook", self.webhook, "webhook")
        scope.uses("destination", self.to, "to")
        return terms.Webhook(self.webhook, self.to)


class RecordWord(Word):
    record: Milestone

    called: ClassVar[str] = "`record`"

    def action(self, scope: Scope) -> terms.Action:
        scope.uses("record", self.record, "record")
        return terms.Record(self.record)


# ---- which class ----------------------------------------------------------------------------------------------------

ACTIONS: dict[str, type[Word]] = {"email": EmailWord, "alert": AlertWord, "webhook": WebhookWord, "record": RecordWord}
SYNONYMS = {"mail": "email", "send": "email", "slack": "alert", "notify": "alert", "message": "email", "post": "webhook",
            "milestone": "record", "task": "webhook", "sms": "webhook", "push": "webhook"}  # fmt: skip


def _head(value: object) -> str:
    if isinstance(value, Mapping):
        return next((f"<{head}>" for head in ACTIONS if head in value), "")
    return next((f"<{head}>" for head, word in ACTIONS.items() if isinstance(value, word)), "")


def _shaped(value: object) -> object:
    if isinstance(value, tuple(ACTIONS.values())):
        return value
    if not isinstance(value, Mapping):
        raise refusal(f"{shown(value)} is not an action.", "Write `{email: welcome, to: contact}`, for example.")
    for head, instead in LATER_ACTIONS.items():
        if head in value:
            raise refusal(*not_yet(head, instead))
    heads = [head for head in ACTIONS if head in value]
    if len(heads) > 1:
        raise refusal(f"{listed(heads, 'and')} are two actions.", "Write them as a list, each behind a dash.")
    if not heads:
        raise _no_action(value)
    return value


def _no_action(value: Mapping[str, Any]) -> Exception:
    first = str(next(iter(value), ""))
    word, colon, rest = first.partition(":")
    if colon and word in ACTIONS:
        return refusal("After a colon comes a space.", f"Write `{word}: {rest}`.")
    meant = SYNONYMS.get(first) or nearest(first, ACTIONS)
    suggestion = f"Did you mean `{meant}`?" if meant else f"The actions are {listed(ACTIONS, 'and')}."
    return refusal(f"`{first}` is no action." if first else "The action is empty.", suggestion)


def _one_or_more(value: object) -> object:
    if value == []:
        raise refusal("There is no action in the list.", "Write `- {email: welcome, to: contact}`, for example.")
    return value if isinstance(value, list | tuple) else [value]


ActionWord = Annotated[
    Annotated[EmailWord, Tag("<email>")]
    | Annotated[AlertWord, Tag("<alert>")]
    | Annotated[WebhookWord, Tag("<webhook>")]
    | Annotated[RecordWord, Tag("<record>")],
    Discriminator(_head),
    BeforeValidator(_shaped),
]
Then = Annotated[tuple[ActionWord, ...], BeforeValidator(_one_or_more)]
