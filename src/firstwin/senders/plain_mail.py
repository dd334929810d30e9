"""An alert as a plain mail, for teams that read their alerts there."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from firstwin.messages.message import AlertCard, Mail
from firstwin.senders.contract import Refused

HTML = '<!doctype html><html><body><pre style="font: 15px/1.5 sans-serif; white-space: pre-wrap">{}</pre></body></html>'


def mail_of(message: Mail | AlertCard, sender: str, team: str) -> Mail | Refused:
    """What a sender of that name mails for the message: an alert goes to the ``team``."""
    if isinstance(message, Mail):
        return message
    if not team:
        return Refused("invalid", detail=f"{sender} has no address for alerts. Set `to` in its settings.")
    return as_mail(message, team)


def as_mail(card: AlertCard, to: str) -> Mail:
    text = "\n\n".join(paragraphs(card)) + "\n"
    return Mail(key=card.key, to=to, subject=" ".join(card.title.split()), text=text, html=HTML.format(escape(text)))


def paragraphs(card: AlertCard) -> Iterator[str]:
    """All that an alert says, in plain words; the first is its title."""
    yield card.title
    if card.possible_repeat:
        yield "Possibly a repeat: an earlier attempt got no answer."
    labelled = ("", card.body), ("Why: ", card.why), ("Since: ", card.since), ("Suggested next step: ", card.next_step)
    for label, text in labelled:
        if text:
            yield label + text
    if card.fields:
        yield "\n".join(f"{label}: {text}" for label, text in card.fields)
    if card.link:
        yield f"{card.link_label or 'Open the account'}: {card.link}"
