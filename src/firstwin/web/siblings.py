"""The other processes of ``firstwin web``: each listens on the same port, and is begun anew should it end."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from subprocess import PIPE, Popen, TimeoutExpired
from types import TracebackType
from typing import Final, Self

from firstwin.beside import room
from firstwin.settings import Settings
from firstwin.telemetry import Log, log

AGAIN_S: Final = 5.0
PATIENCE_S: Final = 25.0  # more than the last answers and what they store may take, and less than a container's 30


def processes(settings: Settings) -> int:
    """How many are to answer requests, the first among them."""
    if settings.web_processes:
        return settings.web_processes
    if settings.database.startswith("sqlite") or not hasattr(socket, "SO_REUSEPORT"):
        return 1  # SQLite has one writer
    return room()


@dataclass
class _Place:
    """``process`` is None where none could be begun."""

    began: float
    process: Popen[bytes] | None = None

    @property
    def is_empty(self) -> bool:
        return self.process is None or self.process.poll() is not None


class Siblings:
    """Processes that run the same command. They end when this one does, however it ends."""

    def __init__(self) -> None:
        self._command: Sequence[str] = ()
        self._places: list[_Place] = []
        self._told: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """They have answered what they had begun, within the patience since they were told."""
        self.tell_to_end()
        until = (self._told or 0.0) + PATIENCE_S
        for process in self._processes():
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, command: Sequence[str], count: int) -> None:
        self._command = command
        self._places = [self._another() for _ in range(count)]

    def look(self) -> None:
        """Once in a while: puts another in the place of each that ended, though not of one that has only just begun."""
        for number, place in enumerate(self._places):
            if place.is_empty and time.monotonic() > place.began + AGAIN_S:
                if place.process is not None:
                    log(Log.WEB_SIBLING_LOST, code=place.process.returncode)
                    _hang_up(place.process)
                self._places[number] = self._another()

    def tell_to_end(self) -> None:
        """They answer what they have begun, and end; nobody waits for it here."""
        self._told = self._told or time.monotonic()
        for process in self._processes():
            _hang_up(process)

    def _processes(self) -> list[Popen[bytes]]:
        return [place.process for place in self._places if place.process is not None]

    def _another(self) -> _Place:
        """A machine that has no room for it now may have later: this process goes on."""
        place = _Place(time.monotonic())
        try:
            place.process = Popen(self._command, stdin=PIPE)  # noqa: S603 - it is ourselves
        except OSError as error:
            log(Log.WEB_SIBLING_LOST, why=str(error))
        return place


def _hang_up(process: Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
