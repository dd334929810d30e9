"""Reads a mail as it came over SMTP into what its recipient sees."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr

from firstwin.demo.inbox_message import Received, preview


def from_smtp(content: bytes) -> Received:
    message = message_from_bytes(content, policy=default)
    text, html = _part(message, "plain"), _part(message, "html")
    name, address = parseaddr(_header(message, "From"))
    return Received(
        kind="mail",
        key=_header(message, "Message-ID").strip("<>"),
        title=_header(message, "Subject") or "(no subject)",
        sender=name or address,
        to=_header(message, "To"),
        preview=preview(text),
        text=text,
        html=html,
        headers=tuple((name, str(value)) for name, value in message.items()),
    )


def _header(message: EmailMessage, name: str) -> str:
    return str(message.get(name, ""))


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body(preferencelist=(kind,))
    try:
        return str(body.get_content()) if body else ""
    except (LookupError, UnicodeError):  # a charset that nobody knows
        return ""
