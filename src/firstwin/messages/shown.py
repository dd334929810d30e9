"""How a value stands in a text that people read: in words, and never as anything that acts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from firstwin.messages.calendar import day_in_words, moment
from firstwin.messages.error import Stopped
from firstwin.messages.links import Url
from firstwin.messages.meter import SHORT, looked_at, meter
from firstwin.messages.missing import Missing, MissingValueError
from firstwin.messages.words import Words

CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
MISLEADING = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")  # unseen, or turning text
DOT_IN_NAME = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})")
ADDRESS = re.compile(r"[^\s@/:<>]+@[^\s@/:<>]+")
GAP = "\u200b"  # takes no room; programs that make links of addresses stop at it


class Shown:
    """Turns values into text; ``tame`` is what is done with text of the data in this part of a message."""

    def __init__(self, words: Words, tame: Callable[[str], str]) -> None:
        self._words = words
        self._tame = tame

    @pass_context
    def text(self, context: Context, value: Any) -> str:  # noqa: ANN401 - any value of the data
        if type(value) is str:
            if len(value) > SHORT:
                meter(context).look(len(value))
            return self._tame(value)
        if isinstance(value, (Url, int)) and not isinstance(value, bool):
            return value if isinstance(value, str) else str(value)
        return self._in_words(context, value)

    def _in_words(self, context: Context, value: object) -> str:
        match value:
            case bool():
                return "yes" if value else "no"
            case float():
                return str(int(value)) if value.is_integer() else str(value)
            case datetime():
                return day_in_words(moment(value, self._words.zone_of(context)))
            case list() | Iterator():
                return listed([self.text(context, _labelled(each)) for each in looked_at(context, value)])
            case _:
                raise _no_text(value)


def _no_text(value: object) -> Exception:
    match value:
        case Missing():
            return MissingValueError(value)
        case None:
            return Stopped("missing_value", 'The value is missing. Give a word for that case: | default("…").')
        case dict():
            names = ", ".join(list(value)[:5])
            return Stopped("failed", f"This is a group of values; say which one is meant: {names}.")
        case _:
            return Stopped("not_allowed", "This is not a value that can be shown.")


def _labelled(value: object) -> object:
    return value.get("label", value) if isinstance(value, dict) else value


def listed(texts: list[str]) -> str:
    """``a, b and c``."""
    return " and ".join(part for part in (", ".join(texts[:-1]), *texts[-1:]) if part)


def cleaned(text: str) -> str:
    """Text of the data in one line, without signs that are not seen."""
    return text if text.isprintable() else MISLEADING.sub("", CONTROL.sub(" ", text))


def in_mail(text: str) -> str:
    """The same, and no mail program makes a link of it: only the template's author links."""
    text = cleaned(text)
    if ("." not in text and "://" not in text) or ("@" in text and ADDRESS.fullmatch(text)):
        return text
    return DOT_IN_NAME.sub(f".{GAP}", text.replace("://", f":{GAP}//"))


def in_alert(text: str) -> str:
    """The same for an alert, where a name like ``booking.com`` is copied into other programs and stays whole."""
    return cleaned(text).replace("://", f":{GAP}//")


def as_it_is(text: str) -> str:
    """For programs, which get the data unchanged."""
    return text
