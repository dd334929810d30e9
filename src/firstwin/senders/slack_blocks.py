"""An alert in the form of Slack's Block Kit, within Slack's limits and with nothing in it that Slack would obey."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from slack_sdk.models.blocks import Block, ContextBlock, HeaderBlock, MarkdownTextObject, PlainTextObject, SectionBlock

from firstwin.messages.message import AlertCard

HEADER, SECTION, FIELD, ROWS = 150, 3000, 2000, 5
NOTICE = 3000  # what a phone's notification could show, and more
MOST_FIELDS = 40  # a message has at most 50 blocks; nobody reads more than this
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
REPEAT = "Possibly a repeat: an earlier attempt got no answer."


def payload(card: AlertCard) -> dict[str, Any]:
    """What is posted. ``text`` is what notifications show."""
    return {
        "text": escape(f"{card.title}: {card.why}" if card.why else card.title, NOTICE),
        "blocks": [block.to_dict() for block in _blocks(card)],
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def escape(text: str, limit: int) -> str:
    """``&``, ``<`` and ``>`` escaped, so that no mention or link is made of it; cut at ``limit``, never inside an escape."""
    pieces = [ESCAPES.get(character, character) for character in text[: limit + 1]]
    if sum(map(len, pieces)) <= limit:
        return "".join(pieces)
    length = 1  # of the ellipsis
    for count, piece in enumerate(pieces):
        length += len(piece)
        if length > limit:
            return "".join(pieces[:count]).rstrip() + "…"
    return "".join(pieces)


def _blocks(card: AlertCard) -> Iterator[Block]:
    yield HeaderBlock(text=_plain(card.title or "Alert", HEADER))
    if card.body:
        yield SectionBlock(text=_plain(card.body, SECTION))
    yield from _fields([(label, text) for label, text in _reasons(card) if text])
    yield from _fields(card.fields[:MOST_FIELDS])
    if card.link:
        yield SectionBlock(text=_link(card.link, card.link_label or "Open the account"))
    if card.possible_repeat:
        yield ContextBlock(elements=[_plain(REPEAT, FIELD)])


def _reasons(card: AlertCard) -> tuple[tuple[str, str], ...]:
    return ("Why", card.why), ("Since", card.since), ("Suggested next step", card.next_step)


def _fields(fields: Sequence[tuple[str, str]]) -> Iterator[Block]:
    """Two columns. What a customer may have written stands in one of its own, as plain text, where a ``*`` is a ``*``."""
    for first in range(0, len(fields), ROWS):
        rows = fields[first : first + ROWS]
        yield SectionBlock(fields=[part for label, text in rows for part in (_bold(label), _plain(text or "-", FIELD))])


def _plain(text: str, limit: int) -> PlainTextObject:
    return PlainTextObject(text=escape(text, limit), emoji=False)


def _bold(label: str) -> MarkdownTextObject:
    return MarkdownTextObject(text=f"*{escape(label or '-', 100)}*", verbatim=True)


def _link(url: str, label: str) -> MarkdownTextObject:
    # "|" would end the address early; a space or a control character would end the link
    safe = "".join(c for c in url if c.isprintable() and not c.isspace()).replace("|", "%7C")
    return MarkdownTextObject(text=f"<{escape(safe, 2000)}|{escape(label.replace('|', '/'), 200)}>", verbatim=True)
