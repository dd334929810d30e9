"""How far back a count looks: the words for a window, of which exactly one is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator
from pydantic_core import InitErrorDetails

from firstwin.rules import terms
from firstwin.rules.condition import ConditionWord
from firstwin.rules.durations import NotADuration, parse_duration, say_duration
from firstwin.rules.names import Duration
from firstwin.rules.problems import listed
from firstwin.rules.scope import Scope
from firstwin.rules.word import refusal, refused_at, shown

WORDS = ("in_last", "since", "within", "between", "before_start", "this")
EXAMPLES = "Write `in_last: 14 days`, `since: start` or `since: ever`, for example."
NEED_START = ("within", "before_start")


def _ago(value: object) -> timedelta:
    text = value if isinstance(value, str) else ""
    if not text.endswith(" ago"):
        suggestion = "Write it like `[14 days ago, 7 days ago]`; for a window up to now write `in_last: 14 days`."
        raise refusal(f"{shown(value)} is not a time ago.", suggestion)
    found = parse_duration(text.removesuffix(" ago"))
    if isinstance(found, NotADuration):
        raise refusal(found.message, found.suggestion)
    return found


def _between(value: object) -> tuple[timedelta, timedelta]:
    if not isinstance(value, list | tuple) or len(value) != 2:  # noqa: PLR2004 - from and to
        raise refusal("`between:` takes two times.", "Write it like `between: [14 days ago, 7 days ago]`.")
    older, newer = (_ago(part) for part in value)
    if older <= newer:
        wrong = "twice the same time" if older == newer else "the later time first"
        better = f"[{say_duration(max(older, newer))} ago, {say_duration(min(older, newer))} ago]"
        raise refusal(f"`between:` has {wrong}.", f"Write the earlier time first, like `between: {better}`.")
    return older, newer


class Windowed(ConditionWord):
    """A word with a window."""

    in_last: Duration | None = None
    since: Literal["start", "ever"] | None = None
    within: Duration | None = None
    between: Annotated[tuple[Duration, Duration] | None, BeforeValidator(_between)] = None
    before_start: Duration | None = None
    this: Literal["day", "week", "month"] | None = None

    @classmethod
    def clashes(cls, data: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        written = [word for word in WORDS if word in data]
        if not written:
            yield refused_at(
                cls.head, message=f"`{cls.head}:` does not say how far back.", suggestion=EXAMPLES, at="key"
            )
        for word in written[1:]:
            message = f"`{cls.head}:` has more than one window."
            yield refused_at(word, message=message, suggestion=f"Keep one of {listed(written, 'and')}.", at="key")

    def window(self, scope: Scope) -> terms.Window:
        self._needs_start(scope)
        if self.in_last:
            return terms.InLast(self.in_last)
        if self.within:
            return terms.Within(self.within)
        if self.between:
            return terms.Between(*self.between)
        if self.before_start:
            return terms.BeforeStart(self.before_start)
        if self.this:
            return terms.This(self.this)
        return terms.SinceStart() if self.since == "start" else terms.Ever()

    def _needs_start(self, scope: Scope) -> None:
        if self.since == "start":
            needs_start(scope, "since: start", "since")
        for word in NEED_START:
            if getattr(self, word):
                needs_start(scope, f"{word}:", word)


def needs_start(scope: Scope, what: str, word: str) -> bool:
    """Whether there is a start to count from; if not, it is told."""
    if scope.start is not None:
        return True
    place = "a segment" if scope.gate == "segment" else "`becomes`"
    message = f"`{what}` has nothing to count from: there is no start yet inside {place}."
    scope.refuse(message, "Write `in_last: 14 days` or `since: ever`, for example.", word)
    return False


def something_since(scope: Scope, *path: str) -> None:
    """Tells where nothing can have happened yet since the start: before a date, and at the start itself."""
    if not scope.waits or scope.start is None:
        return
    if scope.start.kind == "clock":
        if scope.gate == "until":  # refused by itself
            return
        message = "The clock strikes at this very moment, so nothing can have happened since."
        scope.refuse(message, "Say how far to look back: `{did: …, in_last: 7 days}`, for example.", *path)
        return
    if max(scope.waits) < timedelta(0):
        message = "This is judged before the date and counts from the date on: nothing can have happened yet."
        scope.refuse(message, "Write `{did: …, in_last: 14 days}` or `{did: …, since: ever}`, for example.", *path)
    elif min(scope.waits) < timedelta(0):
        message = "This counts from the date on: whoever did it before the date still gets what is sent before it."
        better = (
            "Write `{did: …, in_last: 30 days}` or `{did: …, since: ever}`, for example; or give each step its own."
        )
        scope.warn(message, better, *path)
    elif max(scope.waits) == timedelta(0) and scope.gate in ("unless", "only_if"):
        message = "The message is sent at once, so nothing can have happened since the start."
        scope.warn(message, "Add a wait, `after: 24 hours` for example, or look further back: `since: ever`.", *path)
