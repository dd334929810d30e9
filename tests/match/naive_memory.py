"""What the referee remembers from slot to slot, and what it hands back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from tests.match.naive_calendar import DAY
from tests.match.naive_facts import Fact

EXPIRES_AFTER: Mapping[str, timedelta] = {"email": 3 * DAY, "alert": DAY, "webhook": 3 * DAY, "digest": DAY}


@dataclass
class Start:
    """A start of a rule for a subject, and what became of it.

    ``due`` says when each of its steps is due, by name; ``waiting`` are those still to come.
    """

    rule: str
    subject: str
    key: str
    per: str
    at: datetime
    ends_at: datetime
    seen_at: datetime
    props: Mapping[str, Any]
    due: dict[str, datetime]
    waiting: list[str]
    state: Literal["open", "noted", "left", "done"] = "open"
    reason: str | None = None
    nudged_at: list[datetime] = field(default_factory=list)

    def note(self, reason: str) -> None:
        self.state, self.reason = "noted", reason

    def leave(self, reason: str) -> None:
        self.state, self.reason = "left", reason

    def reopen(self) -> None:
        self.state, self.reason = "open", None

    def overlaps(self, other: Start) -> bool:
        return self.at < other.ends_at and other.at < self.ends_at


@dataclass
class Episode:
    """A stretch of slots at which a state was true: from ``since`` up to, not including, ``until``."""

    rule: str
    subject: str
    since: datetime
    noted: bool
    until: datetime | None = None


@dataclass(frozen=True)
class Nudge:
    """``branch`` and ``variant`` are what was chosen."""

    rule: str
    subject: str
    key: str
    step: str
    at: datetime
    branch: str | None = None
    variant: str | None = None


@dataclass(frozen=True)
class Skip:
    rule: str
    subject: str
    key: str
    step: str
    reason: str
    at: datetime


@dataclass
class Result:
    """What happened over all slots. ``starts`` are as they stood at the end; ``recorded`` the milestones written."""

    nudges: list[Nudge] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    recorded: list[Fact] = field(default_factory=list)


@dataclass(frozen=True)
class Project:
    """What holds for all rules."""

    zone: str = "UTC"
    run: str = "live"
    grace: timedelta = DAY
    expires_after: Mapping[str, timedelta] = field(default_factory=lambda: EXPIRES_AFTER)
    csm_zones: Mapping[str, str] = field(default_factory=dict)


ORDINARY = Project()
