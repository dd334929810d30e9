"""Writes a mail as RFC 5322 text. What is the same in every mail is written once, the rest put together from bytes."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import Header
from email.utils import formatdate

from firstwin.messages.message import Mail
from firstwin.senders.addressed import Addressed, addressed, invalid
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
    checked = addressed(mail, sender=sender, reply_to=reply_to)
    if isinstance(checked, Refused):
        return checked
    content = written(checked, date=date)
    if isinstance(content, Refused):
        return content
    return Envelope(bounces_to or checked.author.address, checked.to.address, content, checked.message_id)


def written(mail: Addressed, *, date: float) -> bytes | Refused:
    """The whole text of the mail."""
    text, html = mail.mail.text, mail.mail.html
    try:
        return b"".join((*_headers(mail, date), OPENING, _part(text), BETWEEN, _part(html), CLOSING))
    except UnicodeEncodeError:
        return invalid("The mail holds half a character (a lone surrogate), which no mail can carry.")


def _headers(mail: Addressed, date: float) -> Iterator[bytes]:
    yield f"From: {mail.author.header('From')}\r\nTo: {mail.to.address}\r\n".encode("ascii")
    if mail.reply_to:
        yield f"Reply-To: {mail.reply_to.header('Reply-To')}\r\n".encode("ascii")
    yield _header("Subject", mail.mail.subject)
    yield f"Date: {formatdate(date)}\r\nMessage-ID: {mail.message_id}\r\n".encode("ascii")
    for name, value in mail.mail.headers.items():
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
