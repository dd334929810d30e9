"""What `preview` answers: the messages as they would go out, and what would keep them from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from firstwin.messages.message import Message


@dataclass(frozen=True)
class Previewed:
    """One message to one place. ``says`` is its action in words, ``variant`` which of several it belongs to.

    ``to`` is the receiver, ``missing`` the values that are not there (each is shown where it stands). ``message`` is None
    where ``error`` says why there is none; ``would_not`` says why it would not go out though it can be made.
    """

    step: str
    variant: str
    says: str
    channel: str
    to: str
    sender: str
    message: Message | None
    missing: tuple[str, ...] = ()
    would_not: tuple[str, ...] = ()
    error: str = ""

    @property
    def is_whole(self) -> bool:
        return self.message is not None and not self.missing


@dataclass(frozen=True)
class Preview:
    """``start`` says what the messages speak of: a start that was taken, one that the facts show, or a made-up one."""

    rule: str
    subject: str
    name: str
    start: Literal["taken", "found", "made up"]
    started_at: datetime
    notes: tuple[str, ...]
    messages: tuple[Previewed, ...]

    @property
    def is_whole(self) -> bool:
        return all(one.is_whole for one in self.messages)
