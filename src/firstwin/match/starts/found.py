"""What a look for starts brings, and the contract of a kind of start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy import (
    Connection,
)

from firstwin.match.plan import Asked, Moment


@dataclass(frozen=True)
class Found:
    """A start that is there and was not taken yet. ``returns`` is the row of one that was left and holds again.

    ``noted`` is why it is noted and never taken, for one that is over already.
    """

    subject: str
    key: str
    at: datetime
    per: str = ""
    actor: str | None = None
    props: Mapping[str, Any] = field(default_factory=dict)
    returns: int | None = None
    noted: Literal["replaced", ""] = ""


@dataclass(frozen=True)
class Leaving:
    """A running start that holds no longer, and why."""

    subject: str
    reason: str
    but: str | None = None  # the key of the start that stays, where one does
    per: str | None = None  # only those of this `per` value
    only: str | None = None  # only the one with this key


@dataclass(frozen=True)
class Findings:
    """What a look brought: starts in the order in which they happened, and those that end."""

    found: tuple[Found, ...] = ()
    left: tuple[Leaving, ...] = ()


class StartKind(Protocol):
    """A way to begin. ``everyone`` looks at all facts, and not only at what is new."""

    def look(
        self, connection: Connection, asked: Asked, moment: Moment, earliest: datetime, /, everyone: bool
    ) -> Findings:
        """The starts at or after ``earliest`` that were not taken yet."""
