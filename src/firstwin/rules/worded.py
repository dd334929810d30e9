"""Comparisons that are written as a text, `account.seats: at_least 3`: nothing would ever be equal to that."""

from __future__ import annotations

import re

NUMBER = r"[0-9][0-9.,]*%?"
LENGTH = r"[0-9]+ ?[a-z]+"
WORDS = (
    (re.compile(rf"(at[_ ]least|at[_ ]most|more[_ ]than|less[_ ]than|exactly) ?:? ?({NUMBER})"), "{0}: {1}"),
    (re.compile(rf"in[_ ](?:the[_ ])?(last|next) ?:? ({LENGTH})"), "in_{0}: {1}"),
    (re.compile(rf"(older[_ ]than) ?:? ({LENGTH})"), "{0}: {1}"),
    (re.compile(r"(is[_ ]not) ?:? (.+)"), "{0}: {1}"),
    (re.compile(r"(exists)(?: ?:? (true|false))?"), "{0}: {1}"),
)


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
