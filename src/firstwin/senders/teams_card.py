"""An alert as an Adaptive Card of at most 28 kB, all of it plain text: a TextRun knows no Markdown, so no link is made of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from firstwin.messages.message import AlertCard
from firstwin.senders.slack_blocks import REPEAT

# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
LARGEST: Final = 28_000  # bytes
TEXTS: Final = (8_000, 2_000, 500, 80)  # characters of a text: the most that keeps the card small enough
MOST_FIELDS: Final = 30
VERSION: Final = "1.4"

Part = dict[str, Any]


def payload(card: AlertCard) -> Part:
    """What is posted: the largest form of the card that Teams takes."""
    for most in TEXTS[:-1]:
        made = _message(card, most)
        if len(json.dumps(made)) <= LARGEST:  # no shorter than what goes out, in which letters stand as they are
            return made
    return _message(card, TEXTS[-1])


def _message(card: AlertCard, most: int) -> Part:
    content: Part = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": VERSION,
        "body": list(_body(card, most)),
        "msteams": {"width": "Full"},
    }
    if card.link:
        title = _cut(card.link_label or "Open the account", 80)
        content["actions"] = [{"type": "Action.OpenUrl", "title": title, "url": card.link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return {"type": "message", "summary": _cut(card.title or "Alert", 200), "attachments": [attachment]}


def _body(card: AlertCard, most: int) -> Iterator[Part]:
    yield _text([_run(_cut(card.title or "Alert", 200), weight="Bolder", size="Large")])
    if card.body:
        yield _text([_run(_cut(card.body, most))])
    reasons = ("Why", card.why), ("Since", card.since), ("Suggested next step", card.next_step)
    for label, text in (*reasons, *card.fields[:MOST_FIELDS]):
        if text:
            yield _text([_run(f"{_cut(label, 80)}: ", weight="Bolder"), _run(_cut(text, most))])
    if card.possible_repeat:
        yield _text([_run(REPEAT, isSubtle=True)])


def _text(runs: list[Part]) -> Part:
    return {"type": "RichTextBlock", "inlines": runs}


def _run(text: str, **looks: object) -> Part:
    return {"type": "TextRun", "text": text, **looks}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
