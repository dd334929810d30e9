"""What came into the local inbox, as its page and its tests read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any, Literal

Kind = Literal["mail", "alert", "webhook"]
KEPT = 2000  # messages; a demo sends some hundreds


@dataclass(frozen=True)
class Run:
    """A piece of text in one style."""

    text: str
    bold: bool = False
    href: str = ""


@dataclass(frozen=True)
class Block:
    """A part of an alert, as Slack shows it. ``runs`` holds one list for each field, else just one."""

    kind: Literal["header", "text", "fields", "context"]
    runs: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True)
class Received:
    """A message that came. ``id`` and ``at`` are given by the shelf that it is put on; ``at`` is the demo's own time."""

    kind: Kind
    title: str
    key: str = ""
    sender: str = ""
    to: str = ""
    preview: str = ""
    text: str = ""
    html: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    blocks: tuple[Block, ...] = ()
    data: Any = None
    id: int = 0
    at: datetime | None = None

    def as_data(self) -> dict[str, Any]:
        """All but the HTML, which is served by itself and in a sandbox."""
        return {**asdict(self), "html": bool(self.html)}


@dataclass
class Shelf:
    """The newest messages, oldest first. One thread puts, others may look."""

    clock: Callable[[], datetime]
    _kept: tuple[Received, ...] = ()
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    def put(self, message: Received) -> None:
        stamped = replace(message, id=next(self._ids), at=self.clock())
        self._kept = (*self._kept[-KEPT + 1 :], stamped)

    def after(self, last: int = 0) -> tuple[Received, ...]:
        return tuple(message for message in self._kept if message.id > last)

    def find(self, wanted: int) -> Received | None:
        return next((message for message in self._kept if message.id == wanted), None)


def preview(text: str, length: int = 160) -> str:
    """The beginning of a text on one line."""
    return " ".join(text.split())[:length]
