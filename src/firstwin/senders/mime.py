"""Writes a mail as RFC 5322 text. What is the same in every mail is written once, the rest put together from bytes."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.header import Header
from email.utils import formatdate

from firstwin.messages.message import Mail
from firstwin.senders.address import CONTROL, Mailbox, mailbox
from firstwin.senders.contract import Refused

BOUNDARY = "=_firstwin"  # "_" is no letter of base64, so no part can hold it
OPENING = (
    b"MIME-Version: 1.0\r\n"
    b"Auto-Submitted: auto-generated\r\n"  # RFC 3834: no out-of-office notes, please
    b'Content-Type: multipart/alternative; boundary="=_firstwin"\r\n\r\n'
    b"--=_firstwin\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
)
BETWEEN = b"--=_firstwin\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
CLOSING = b"--=_firstwin--\r\n"
OWN = {"from", "to", "cc", "bcc", "subject", "date", "message-id", "reply-to", "sender", "mime-version", "return-path"}
TOKEN = re.compile(r"[!-9;-~]{1,60}")  # RFC 5322 §2.2: printable ASCII but the colon
LINE = 76
LONGEST_LINE = 996  # RFC 5322 §2.1.1, with a colon and a space


@dataclass(frozen=True)
class Envelope:
    """A mail ready for the wire: who sends it, the one who gets it, and the whole text with CRLF line ends."""

    sender: str
    to: str
    content: bytes
    message_id: str


def compose(mail: Mail, *, sender: str, reply_to: str = "", bounces_to: str = "", date: float) -> Envelope | Refused:
    """``sender`` and ``reply_to`` stand in where the mail names none; ``date`` is in seconds since 1970."""
    author = mailbox(mail.sender or sender)
    if author is None:
        return _invalid('The mail has no sender that is one valid address. Set `from` to "Name <address>".')
    to = mailbox(mail.to, named=False)
    if to is None:
        return _invalid("The recipient is not exactly one valid address.")
    replies = mailbox(mail.reply_to or reply_to or "") if mail.reply_to or reply_to else None
    if replies is None and (mail.reply_to or reply_to):
        return _invalid("The address to reply to is not exactly one valid address.")
    if wrong := _wrong_header({"Subject": mail.subject, **mail.headers}):
        return wrong
    message_id = f"<{fingerprint(mail.key)}@{author.domain}>"
    headers = _headers(mail, author, to, replies, message_id, date)
    try:
        content = b"".join((*headers, OPENING, _part(mail.text), BETWEEN, _part(mail.html), CLOSING))
    except UnicodeEncodeError:
        return _invalid("The mail holds half a character (a lone surrogate), which no mail can carry.")
    return Envelope(bounces_to or author.address, to.address, content, message_id)


def fingerprint(key: str) -> str:
    """The same for the same delivery at every attempt, and nothing that tells of the customer."""
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()[:40]


def _wrong_header(headers: Mapping[str, str]) -> Refused | None:
    for name, value in headers.items():
        if not TOKEN.fullmatch(name) or (name.lower() in OWN and name != "Subject") or name.lower()[:8] == "content-":
            return _invalid("The mail has a further header whose name is not allowed.")
        if CONTROL.search(value):
            return _invalid(f"The header {name} holds a line break or another control character.")
    return None


def _headers(
    mail: Mail, author: Mailbox, to: Mailbox, replies: Mailbox | None, message_id: str, date: float
) -> Iterator[bytes]:
    yield f"From: {author.header('From')}\r\nTo: {to.address}\r\n".encode("ascii")
    if replies:
        yield f"Reply-To: {replies.header('Reply-To')}\r\n".encode("ascii")
    yield _header("Subject", mail.subject)
    yield f"Date: {formatdate(date)}\r\nMessage-ID: {message_id}\r\n".encode("ascii")
    for name, value in mail.headers.items():
        yield _header(name, value)


def _header(name: str, value: str) -> bytes:
    is_one_word = " " not in value and len(name) + len(value) < LONGEST_LINE  # a link is not to be broken
    if value.isascii() and "=?" not in value and (is_one_word or len(name) + len(value) < LINE):
        return f"{name}: {value}\r\n".encode("ascii")
    charset = "us-ascii" if value.isascii() and "=?" not in value else "utf-8"
    folded = Header(value, charset, header_name=name, maxlinelen=LINE).encode(linesep="\r\n")
    return f"{name}: {folded}\r\n".encode("ascii")


def _part(text: str) -> bytes:
    return base64.encodebytes(text.encode()).replace(b"\n", b"\r\n")


def _invalid(detail: str) -> Refused:
    return Refused("invalid", detail=detail)
