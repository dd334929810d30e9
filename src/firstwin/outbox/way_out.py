"""The way out of a mail: a signed link to our own address that holds nobody's name, and what a mail program needs for one click."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from itsdangerous import Signer
from sqlalchemy import Connection, bindparam, select

from firstwin.db.tables import delivery
from firstwin.decide.silence import SERVICE

PATH: Final = "/u/"
ONE_CLICK: Final = ("List-Unsubscribe", "One-Click")  # what a mail program posts (RFC 8058 §3.1)
LONGEST: Final = 100  # characters of a token
TRIAL: Final = {False: "firstwin.unsubscribe", True: "firstwin.unsubscribe.trial"}


class NoWayOutError(Exception):
    """Mails of another class than service cannot be sent; the message says what to set."""


@dataclass(frozen=True)
class Left:
    """The mail whose link was followed. On ``trial`` it went to a tester instead, who cannot speak for the customer."""

    delivery: int
    person: str | None
    address: str | None
    message_class: str
    trial: bool


@dataclass(frozen=True, repr=False)
class WayOut:
    """Makes the links under the newest secret, and takes those of each of them.

    A signature covers the delivery's id and its idempotency key. So a link that a mail took along means nobody once
    the database was made anew, though ids are given again there.
    """

    secrets: tuple[str, ...] = ()
    public_url: str = ""

    @property
    def is_open(self) -> bool:
        return bool(self.secrets and self.public_url)

    def link(self, delivery_id: int, key: str, *, trial: bool = False) -> str:
        """Raises NoWayOutError while the settings are missing."""
        if not self.is_open:
            raise NoWayOutError(missing(self))
        signature = _signature(self.secrets[0], f"{delivery_id}.{key}", trial)
        return f"{self.public_url}{PATH}{delivery_id}.{signature}"

    def left(self, connection: Connection, token: str) -> Left | None:
        """Whose mail a link's last part is from; None if it was forged, was cut, or is another's."""
        digits, _, signature = token.partition(".")
        if not (digits.isascii() and digits.isdecimal() and signature.isascii() and len(token) <= LONGEST):
            return None
        row = connection.execute(_ROW, {"wanted": min(int(digits), BIGGEST)}).one_or_none()
        if row is None or str(row.id) != digits:
            return None
        trial = self._fits(f"{row.id}.{row.key}", signature)
        return None if trial is None else Left(row.id, row.person_id, row.address, row.message_class, trial)

    def _fits(self, text: str, signature: str) -> bool | None:
        """Whether it was signed, and if so for a trial. Compared sign by sign: base64 has two spellings of one value."""
        for secret in self.secrets:
            for trial in TRIAL:
                if hmac.compare_digest(signature, _signature(secret, text, trial)):
                    return trial
        return None


BIGGEST: Final = 2**63 - 1
c = delivery.c
_ROW: Any = select(c.id, c.key, c.person_id, c.address, c["class"].label("message_class")).where(
    c.id == bindparam("wanted")
)


def _signature(secret: str, text: str, trial: bool) -> str:
    signer = Signer(secret, salt=TRIAL[trial], key_derivation="hmac", digest_method=hashlib.sha256)
    return signer.get_signature(text).decode()


def missing(way_out: WayOut) -> str:
    """What has to be set before customers may be written to, in a sentence; empty when nothing is."""
    unset = [
        name
        for name, value in (("FIRSTWIN_SECRET", way_out.secrets), ("FIRSTWIN_PUBLIC_URL", way_out.public_url))
        if not value
    ]
    if not unset:
        return ""
    return (
        f"{' and '.join(unset)} {'is' if len(unset) == 1 else 'are'} not set, so that mails would have no unsubscribe link, and none"
        " but `class: service` may go out. Set FIRSTWIN_SECRET to 32 or more random characters (openssl rand -hex 32), and"
        " FIRSTWIN_PUBLIC_URL to where customers reach `firstwin web` (https://nudges.example.com): in the environment,"
        " or in .env in the project folder."
    )


def needs_way_out(channel: str, message_class: str) -> bool:
    """Whether a message must have a way out: every mail to a customer but what the customer must be told."""
    return channel == "email" and message_class != SERVICE


def headers(link: str) -> Mapping[str, str]:
    """RFC 2369 §3.2 and RFC 8058 §3.1: what mail programs make their own unsubscribe button of."""
    name, value = ONE_CLICK
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": f"{name}={value}"}
