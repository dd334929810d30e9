"""Sends one clearly marked test message, to see whether a sender works."""

from __future__ import annotations

import uuid

from firstwin.messages.message import AlertCard, Mail, Message, Payload
from firstwin.senders.contract import Answer, Refused, Sender

TITLE = "Test message from Firstwin"
TEXT = (
    "This is a test. Somebody ran `firstwin senders test` to see whether messages arrive here. Nothing is to be done."
)


async def probe(sender: Sender, *, to: str = "", from_: str = "") -> Answer:
    """The answer to a test message: a mail if ``to`` names an address, else an alert or a webhook."""
    message = _message(sender.takes, to, from_, key=f"test-{uuid.uuid4()}")
    if message is None:
        return Refused(
            "invalid",
            detail="This sender sends mails: say to which address the test is to go, with `--to me@example.com`.",
        )
    try:
        return await sender.send(message)
    finally:
        await sender.close()


def _message(takes: frozenset[type], to: str, from_: str, key: str) -> Message | None:
    if to and Mail in takes:
        return Mail(key=key, to=to, subject=TITLE, text=TEXT, html=f"<p>{TEXT}</p>", sender=from_)
    if Payload in takes:
        return Payload(key=key, type="firstwin.test", data={"test": True, "text": TEXT})
    if AlertCard in takes and Mail not in takes:
        return AlertCard(key=key, title=TITLE, body=TEXT, why="", since="", next_step="")
    return None
