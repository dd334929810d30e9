"""To whom a message goes: people on the customer's side, or a destination that the project file declares."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Tag

from firstwin.rules.names import Property
from firstwin.rules.problems import nearest
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
