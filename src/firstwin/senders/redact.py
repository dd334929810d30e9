"""Takes secrets out of what the other side answered, before anybody keeps it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

KEPT = 2000  # characters of an answer
SHORTEST = 4  # anything shorter would blank out ordinary words
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Redactor:
    """Replaces each of ``secrets``, also in the form that it has inside an address."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for form in (secret, quote(secret, safe=""))}
        longest_first = sorted((form for form in forms if len(form) >= SHORTEST), key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, text: str) -> str:
        if self._secrets:
            text = self._secrets.sub("[redacted]", text)
        return CONTROL.sub(" ", text)[:KEPT].strip()


def secrets_of_url(url: str) -> set[str]:
    """The parts of an address that may be a secret: all but its scheme and host."""
    parts = urlsplit(url)
    local = parts.path + (f"?{parts.query}" if parts.query else "")
    pieces = {url, local, parts.query, parts.username or "", parts.password or ""}
    return pieces | set(parts.path.split("/")) | {pair.partition("=")[2] for pair in parts.query.split("&")}
