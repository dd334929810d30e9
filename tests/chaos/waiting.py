"""Waits for what must come to hold, and never for nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_NEVER = threading.Event()


class TooLong(Exception):  # noqa: N818 - it says what is wrong
    """What a row waited for did not come in time."""


def pause(seconds: float) -> None:
    _NEVER.wait(max(0.0, seconds))


def until(holds: Callable[[], object], within: float, what: str, *, every: float = 0.1) -> float:
    """How many seconds it took. Raises TooLong."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > within:
            raise TooLong(f"{what}: not within {within:g} s")
        pause(every)
    return time.monotonic() - began
