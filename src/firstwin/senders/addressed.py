"""Whom a mail is from and to, and the name it goes by: looked at once, whichever way it goes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from firstwin.messages.message import Mail
from firstwin.senders.address import CONTROL, Mailbox, mailbox
from firstwin.senders.contract import Refused

OWN = {"from", "to", "cc", "bcc", "subject", "date", "message-id", "reply-to", "sender", "mime-version", "return-path"}
TOKEN = re.compile(r"[!-9;-~]{1,60}")  # RFC 5322 §2.2: printable ASCII but the colon


@dataclass(frozen=True)
class Addressed:
    """A mail whose addresses and headers are such as a mail may have."""

    mail: Mail
    author: Mailbox
    to: Mailbox
    reply_to: Mailbox | None
    message_id: str


def addressed(mail: Mail, *, sender: str, reply_to: str = "") -> Addressed | Refused:
    """``sender`` and ``reply_to`` stand in where the mail names none."""
    author = mailbox(mail.sender or sender)
    if author is None:
        return invalid('The mail has no sender that is one valid address. Set `from` to "Name <address>".')
    to = mailbox(mail.to, named=False)
    if to is None:
        return invalid("The recipient is not exactly one valid address.")
    replies = mailbox(mail.reply_to or reply_to or "") if mail.reply_to or reply_to else None
    if replies is None and (mail.reply_to or reply_to):
        return invalid("The address to reply to is not exactly one valid address.")
    if wrong := _wrong_header({"Subject": mail.subject, **mail.headers}):
        return wrong
    return Addressed(mail, author, to, replies, f"<{fingerprint(mail.key)}@{author.domain}>")


def fingerprint(key: str) -> str:
    """The same for the same delivery at every attempt, and nothing that tells of the customer."""
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()[:40]


def invalid(detail: str) -> Refused:
    return Refused("invalid", detail=detail)


def _wrong_header(headers: Mapping[str, str]) -> Refused | None:
    for name, value in headers.items():
        if not TOKEN.fullmatch(name) or (name.lower() in OWN and name != "Subject") or name.lower()[:8] == "content-":
            return invalid("The mail has a further header whose name is not allowed.")
        if CONTROL.search(value):
            return invalid(f"The header {name} holds a line break or another control character.")
    return None
