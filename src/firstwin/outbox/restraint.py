"""What a project sets for all of its rules: how many messages a day, when nobody is written to, and how often anybody is."""

from __future__ import annotations

from dataclasses import dataclass, field

from firstwin.outbox.caps import Frequency
from firstwin.outbox.peace import Peace


@dataclass(frozen=True)
class Restraint:
    """``daily_cap`` is in messages of a run's day (UTC)."""

    daily_cap: int = 1000
    peace: Peace = field(default_factory=Peace)
    frequency: Frequency = field(default_factory=Frequency)
