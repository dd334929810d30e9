"""Takes secrets out of what the other side answered, before anybody keeps it."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, urlsplit

KEPT = 2000  # characters of an answer
SHORTEST = 4  # anything shorter would blank out ordinary words
ESCAPED = re.compile("%[0-9A-F]{2}")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Redactor:
    """Replaces each of ``secrets``, also in the forms that it has inside an address, JSON, HTML and basic credentials."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if secret for form in _forms(secret)}
        longest_first = sorted((form for form in forms if len(form) >= SHORTEST), key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, text: str) -> str:
        if self._secrets:
            text = self._secrets.sub("[redacted]", text)
        return CONTROL.sub(" ", text)[:KEPT].strip()


def _forms(secret: str) -> Iterator[str]:
    yield secret
    for safe in ("", "/"):
        quoted = quote(secret, safe=safe, errors="replace")
        yield quoted
        yield ESCAPED.sub(lambda found: found[0].lower(), quoted)
    in_json = json.dumps(secret)[1:-1]
    yield from (in_json, in_json.replace("/", "\\/"), html.escape(secret))
    # three ways to lie in base64: its first and last letters may also hold bits of what stands beside it
    data = secret.encode(errors="replace")
    for shift in range(3):
        held = base64.b64encode(b" " * shift + data).decode()
        yield held[-(-shift * 8 // 6) : (shift + len(data)) * 8 // 6]


def secrets_of_url(url: str) -> set[str]:
    """The parts of an address that may be a secret: all but its scheme and host."""
    parts = urlsplit(url)
    local = parts.path + (f"?{parts.query}" if parts.query else "")
    pieces = {url, local, parts.query, parts.username or "", parts.password or ""}
    return pieces | set(parts.path.split("/")) | {pair.partition("=")[2] for pair in parts.query.split("&")}
