"""Texts and names that are meant as something else: `account.seats: at_least 3`, `did: any event`, `acount.plan`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from firstwin.rules.problems import nearest

NUMBER = r"[0-9][0-9.,]*%?"
LENGTH = r"[0-9]+ ?[a-z]+"
WORDS = (
    (re.compile(rf"(at[_ ]least|at[_ ]most|more[_ ]than|less[_ ]than|exactly) ?:? ?({NUMBER})"), "{0}: {1}"),
    (re.compile(rf"in[_ ](?:the[_ ])?(last|next) ?:? ({LENGTH})"), "in_{0}: {1}"),
    (re.compile(rf"(older[_ ]than) ?:? ({LENGTH})"), "{0}: {1}"),
    (re.compile(r"(is[_ ]not) ?:? (.+)"), "{0}: {1}"),
    (re.compile(r"(exists)(?: ?:? (true|false))?"), "{0}: {1}"),
)

ANY_EVENT = (
    "any event", "any_event", "anything", "any activity", "any_activity", "any", "*", "all events", "every event",
)  # fmt: skip


def worded(text: str) -> tuple[str, str] | None:
    """What to tell about a text that begins with a word of comparison; None for every other text."""
    for pattern, form in WORDS:
        found = pattern.fullmatch(text.strip())
        if found:
            word, value = found[1].replace(" ", "_"), found[2] or "true"
            meant = f"{{{form.format(word, value)}}}" if word != "exactly" else value
            very = "" if "_" in text else f" For that very text write `{{matches: {text.strip()}}}`."
            return f"`{text}` is a text here, and no comparison.", f"Write `{meant}`.{very}"
    return None


def any_event(name: str) -> tuple[str, str] | None:
    """What to tell about a name that is meant for every event there is."""
    if name.lower() not in ANY_EVENT:
        return None
    message = f"`{name}` is no event: events are named one by one."
    return message, "Name those that count, and a list means any of them: `[logged_in, report_sent]`."


def meant_property(name: str, owners: Iterable[str]) -> str | None:
    """``account.plan`` for ``acount.plan``: the owner is one of few, and the property anything."""
    owner, dot, rest = name.partition(".")
    meant = nearest(owner, owners) if dot and rest else None
    return f"{meant}.{rest}" if meant and meant != owner else None
