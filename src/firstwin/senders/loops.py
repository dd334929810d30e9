"""What belongs to one event loop: connections cannot outlive the loop that opened them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PerLoop(Generic[T]):
    """One T for each running event loop. Loops may come and go, and may run in several threads at once."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: dict[asyncio.AbstractEventLoop, T] = {}
        self._lock = threading.Lock()

    def here(self) -> T:
        """The running loop's own, made at its first use."""
        loop = asyncio.get_running_loop()
        if (made := self._made.get(loop)) is not None:
            return made
        with self._lock:
            if loop not in self._made:
                self._made = {other: made for other, made in self._made.items() if not other.is_closed()}
                self._made[loop] = self._make()
            return self._made[loop]

    def leave(self) -> T | None:
        """Hand over the running loop's own, to be closed; None if it never had one."""
        with self._lock:
            return self._made.pop(asyncio.get_running_loop(), None)
