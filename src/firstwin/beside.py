"""Processes that are begun beside this one: how many there is room for, how they are called, and how they end with it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from threading import Thread
from typing import Final

MOST: Final = 4  # where nobody said how many: the database needs cores too
ANOTHER: Final = (sys.executable, "-P")  # no file of the current folder is taken for a module


def room() -> int:
    """For how many processes that keep a core busy, this one among them. A container's share of the time is not known."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST)


def when_left_alone(then: Callable[[], object]) -> None:
    """Calls ``then`` from a thread once whoever began this process closes its standard input, or is gone."""

    def wait() -> None:
        while os.read(0, 4096):  # without Python's buffer, whose lock would be held where the process ends otherwise
            pass
        then()

    Thread(target=wait, name="left-alone", daemon=True).start()
