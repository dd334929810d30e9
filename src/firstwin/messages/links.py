"""Which links a message may have: to the web and to mail addresses, and nothing that could run or mislead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote, urlsplit

from firstwin.messages import limits
from firstwin.messages.error import Stopped
from firstwin.messages.missing import Missing

SCHEMES = ("http", "https", "mailto")
FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\u202a-\u202e\u2066-\u2069\\\"<>]")


class Url(str):
    """A link that passed: it is shown as it is."""

    __slots__ = ()


def checked(text: str) -> Url:
    """The link, or Stopped where it is none that a message may have."""
    link = text.strip()
    if not is_allowed(link):
        shown = limits.cut(link, 80)
        raise Stopped("bad_link", f"“{shown}” is not a link that a message may have: it must begin with https:// or http:// or mailto:.")  # fmt: skip
    return Url(link)


@lru_cache(maxsize=1000)  # a project links to the same places over and over
def is_allowed(link: str) -> bool:
    if len(link) > limits.LINK or FORBIDDEN.search(link):
        return False
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return "@" in parts.path
    return parts.scheme in SCHEMES and bool(parts.hostname) and "@" not in parts.netloc


def joined(pieces: Sequence[str]) -> Url:
    """A link made of the template's own text and of values that went through ``whole`` or ``quoted``."""
    return checked("".join(pieces))


def whole(value: object) -> str:
    """A value that is the link, or its beginning."""
    return _text(value)


def quoted(value: object) -> str:
    """A value as a part of a link: it can add neither a path, nor a query, nor another host."""
    return quote(_text(value), safe="@")


def _text(value: object) -> str:
    if isinstance(value, Missing):
        value.fail()
    if not isinstance(value, (str, int, float)):
        raise Stopped("bad_link", "A link is made of text and numbers.")
    return str(value)
