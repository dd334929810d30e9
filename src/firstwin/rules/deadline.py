"""Windows that count from the start: whether they can hold anything, and are over, when a message is due."""

from __future__ import annotations

from datetime import timedelta

from firstwin.rules.durations import say_duration
from firstwin.rules.scope import Scope
from firstwin.rules.windows import Windowed, something_since


def judged_in_time(word: Windowed, scope: Scope, *, is_upper_bound: bool) -> None:
    """A deadline must be over when it is judged; as a way out, only what sets an upper bound has to wait for it."""
    if word.since == "start" or word.within:
        something_since(scope, "since" if word.since else "within")
    waits = [wait for wait in scope.waits if wait >= timedelta(0)]
    if word.within and waits and word.within > min(waits) and (scope.gate != "until" or is_upper_bound):
        _too_early(scope, word.within, min(waits))


def _too_early(scope: Scope, within: timedelta, wait: timedelta) -> None:
    sent = f"{say_duration(wait)} after the start" if wait > timedelta(0) else "at once"
    message = f"These {say_duration(within)} are not over when the message is due: it is sent {sent}."
    suggestion = f"Write `after: {say_duration(within)}` or longer, or a shorter `within:`."
    scope.refuse(message, suggestion, "within")
