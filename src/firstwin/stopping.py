"""The wish that a process ends: SIGTERM and Ctrl-C, noted from its first moment on, so that they cannot get lost."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Final

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
LOOK_S: Final = 1.0  # a signal that comes just before a wait begins does not end it


def _leave() -> None:
    sys.exit(0)


class Stop:
    """Made in the main thread. Until ``quietly`` or ``calls`` a signal ends the process at once, with exit code 0.

    That is done by raising, which is lost where the collector happens to run a finalizer; so it is noted besides, and
    looked at before anything is waited for. A handler may interrupt whatever the main thread does, also in a lock of
    an Event that it is waiting for: it only puts into a queue made for that.
    """

    def __init__(self) -> None:
        self._noted: SimpleQueue[None] = SimpleQueue()
        self._then: Callable[[], object] = _leave
        self.listen()

    @property
    def asked(self) -> bool:
        return not self._noted.empty()

    def listen(self) -> None:
        """Take the signals, also back from a library that has taken them."""
        for number in SIGNALS:
            signal.signal(number, lambda *_: self.note())

    def note(self) -> None:
        self._noted.put(None)
        self._then()

    def quietly(self) -> None:
        """From now on a signal is only noted, for ``wait``."""
        self._then = bool

    def calls(self, then: Callable[[], object]) -> None:
        """From now on a signal calls ``then``, which must neither raise nor wait; at once if one came before."""
        self._then = then
        if self.asked:
            then()

    @contextmanager
    def tells(self, then: Callable[[], object]) -> Iterator[None]:
        """Meanwhile a signal calls ``then`` from a thread, where it may take a lock that the main thread holds."""
        over: SimpleQueue[None] = SimpleQueue()
        self.quietly()
        threading.Thread(target=self._tell, args=(then, over), name="stopping", daemon=True).start()
        try:
            yield
        finally:
            over.put(None)

    def _tell(self, then: Callable[[], object], over: SimpleQueue[None]) -> None:
        while over.empty():
            if self.wait(LOOK_S):
                if over.empty():
                    then()
                return

    def wait(self, seconds: float) -> bool:
        """Whether it was asked for, now or within so many seconds."""
        until = time.monotonic() + seconds
        while not self.asked and (left := until - time.monotonic()) > 0:
            try:
                self._noted.get(timeout=min(left, LOOK_S))
            except Empty:
                continue
            self._noted.put(None)  # whoever asks later is told too
        return self.asked
