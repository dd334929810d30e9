"""An alert as an embed of Discord's, within Discord's limits and with nothing in it that Discord would obey."""

from __future__ import annotations

import re
from typing import Any, Final

from firstwin.messages.message import AlertCard
from firstwin.senders.slack_blocks import REPEAT

# https://docs.discord.com/developers/resources/message#embed-object-embed-limits
TITLE, NAME, VALUE, MOST_FIELDS = 256, 256, 1024, 25
WHOLE: Final = 6000  # characters of all of an embed's texts
BODY: Final = 2000
TEXTS: Final = (VALUE, 300, 100, 40)  # characters of a field's value: the most that fits the whole
MARKS: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~:@])")


def payload(card: AlertCard) -> dict[str, Any]:
    """What is posted. Nobody is mentioned, whatever the texts say."""
    embeds = [_embed(card, most) for most in TEXTS]
    fitting = next((embed for embed in embeds if _length(embed) <= WHOLE), embeds[-1])
    return {"embeds": [fitting], "allowed_mentions": {"parse": []}}


def _embed(card: AlertCard, most: int) -> dict[str, Any]:
    reasons = ("Why", card.why), ("Since", card.since), ("Suggested next step", card.next_step)
    shown = [(label, text) for label, text in (*reasons, *card.fields) if text and label][:MOST_FIELDS]
    embed: dict[str, Any] = {
        "title": plain(card.title or "Alert", TITLE),
        "description": plain(card.body, BODY),
        "fields": [{"name": plain(label, min(NAME, most)), "value": plain(text, most)} for label, text in shown],
    }
    if card.link:
        embed["url"] = card.link
    if card.possible_repeat:
        embed["footer"] = {"text": REPEAT}
    return embed


def plain(text: str, most: int) -> str:
    """The text with no Markdown in it, of at most so many characters with what that takes; never cut inside an escape."""
    pieces = [MARKS.sub(r"\\\1", character) for character in text[: most + 1]]
    if sum(map(len, pieces)) <= most:
        return "".join(pieces)
    length, kept = 1, []  # of the ellipsis
    for piece in pieces:
        length += len(piece)
        if length > most:
            break
        kept.append(piece)
    return "".join(kept).rstrip() + "…"


def _length(embed: dict[str, Any]) -> int:
    fields = sum(len(field["name"]) + len(field["value"]) for field in embed["fields"])
    return len(embed["title"]) + len(embed["description"]) + fields + len(embed.get("footer", {}).get("text", ""))
