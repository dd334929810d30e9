"""A preview as one page of HTML: each message as its reader would see it, locked up so that nothing in it can act."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape

from firstwin.messages.message import AlertCard, Mail, Payload
from firstwin.senders.plain_mail import as_mail
from firstwin.senders.slack_blocks import payload
from firstwin.tools.preview.answer import Preview, Previewed

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 52rem; padding: 0 1rem; color: #1f2328 }
section { border: 1px solid #d0d7de; border-radius: 8px; margin: 2rem 0; overflow: hidden }
header { background: #f6f8fa; padding: .75rem 1rem; border-bottom: 1px solid #d0d7de }
header p { margin: .1rem 0 } dl { display: grid; grid-template-columns: 6rem 1fr; margin: .5rem 0 0; gap: .1rem }
dt { color: #59636e } dd { margin: 0; overflow-wrap: anywhere } .note { color: #9a6700 } .wrong { color: #d1242f }
iframe { border: 0; width: 100%; height: 40rem; background: white } pre { white-space: pre-wrap; padding: 0 1rem }
details { padding: .5rem 1rem }
"""


def page(found: Preview) -> str:
    title = escape(f"{found.rule} for {found.name or found.subject}")
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style></head><body>',
            f"<h1>{title}</h1><p>A preview: nothing was sent.</p>",
            *(f'<p class="note">{escape(note)}</p>' for note in found.notes),
            *(_section(one) for one in found.messages),
            "</body></html>",
        ]
    )


def _section(one: Previewed) -> str:
    return "\n".join(["<section><header>", *_head(one), "</header>", *_body(one), "</section>"])


def _head(one: Previewed) -> Iterator[str]:
    name = " · ".join(filter(None, (one.step and f"step “{one.step}”", one.variant and f"variant {one.variant}")))
    yield f"<p><strong>{escape(name)}</strong> {escape(one.says)}</p>"
    for why in one.would_not:
        yield f'<p class="note">It would not go out: {escape(why)}</p>'
    for value in one.missing:
        yield f'<p class="wrong">{escape(value)} is missing, so that it would not go out.</p>'
    if one.error:
        yield f'<p class="wrong">It cannot be made: {escape(one.error)}</p>'
    lines = "".join(f"<dt>{label}</dt><dd>{escape(value)}</dd>" for label, value in lines_of(one))
    yield f"<dl>{lines}</dl>"


def lines_of(one: Previewed) -> Iterator[tuple[str, str]]:
    """What stands above a message: from whom, to whom, about what."""
    yield "From", one.sender
    yield "To", one.to
    if isinstance(one.message, Mail):
        yield "Subject", one.message.subject
        if one.message.preheader:
            yield "Preheader", one.message.preheader


def _body(one: Previewed) -> Iterator[str]:
    match one.message:
        case Mail() as mail:
            # sandbox without a word in it: no script, no form, no way to the page around it
            yield f'<iframe sandbox title="The mail" srcdoc="{escape(mail.html)}"></iframe>'
            yield _folded("Its text part", mail.text)
        case AlertCard() as card:
            yield f"<pre>{escape(as_mail(card, '').text)}</pre>"
            yield _folded("As it is posted to Slack", as_json(payload(card)))
        case Payload() as post:
            yield f"<pre>{escape(as_json({'type': post.type, 'data': post.data}))}</pre>"
        case None:
            return


def _folded(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary><pre>{escape(text)}</pre></details>"


def as_json(data: object) -> str:
    """JSON for reading."""
    return json.dumps(data, indent=2, ensure_ascii=False, default=str)


def body_text(one: Previewed) -> str:
    """A message as text; empty where there is none."""
    match one.message:
        case Mail(text=text):
            return text.strip()
        case AlertCard() as card:
            return as_mail(card, "").text.strip()
        case Payload(type=kind, data=data):
            return as_json({"type": kind, "data": data})
        case None:
            return ""
