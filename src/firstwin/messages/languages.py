"""Which of the languages that a page is there in a browser wants (RFC 9110 §12.5.4, RFC 4647 §3.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

BASE: Final = "en"  # of a page whose head names no other
RIGHT_TO_LEFT: Final = frozenset({"ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
MOST: Final = 20  # languages that one browser is listened to for


def chosen(accepts: str, there: Iterable[str]) -> str | None:
    """The one of ``there`` that ``Accept-Language`` asks for first, the nearest spelling of it; None for any other."""
    known = sorted(there)
    for wanted in _preferred(accepts):
        found = next((one for one in known if one.lower() == wanted), None)
        found = found or next((one for one in known if one.lower() == primary(wanted)), None)
        found = found or next((one for one in known if primary(one) == primary(wanted)), None)
        if found is not None:
            return found
    return None


def primary(tag: str) -> str:
    return tag.lower().partition("-")[0]


def direction(language: str) -> str:
    return "rtl" if primary(language) in RIGHT_TO_LEFT else "ltr"


def _preferred(accepts: str) -> list[str]:
    """The tags in small letters, the most wanted first."""
    weighed = [_weighed(part) for part in accepts.split(",")[:MOST]]
    return [tag for weight, tag in sorted(weighed, key=lambda one: -one[0]) if weight > 0 and tag]


def _weighed(part: str) -> tuple[float, str]:
    tag, _, weight = part.partition(";")
    try:
        return float(weight.partition("=")[2].strip() or 1), tag.strip().lower()
    except ValueError:
        return 0.0, tag
