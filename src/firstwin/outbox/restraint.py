"""What a project sets for all of its rules: how many messages a day, when nobody is written to, and how often anybody is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from firstwin.outbox.caps import Frequency
from firstwin.outbox.peace import Peace
from firstwin.rules.project import Project


@dataclass(frozen=True)
class Restraint:
    """``daily_cap`` is in messages of a run's day (UTC)."""

    daily_cap: int = 1000
    peace: Peace = field(default_factory=Peace)
    frequency: Frequency = field(default_factory=Frequency)

    @property
    def of_mails(self) -> tuple[str, ...]:
        """By what some mails wait, or do not go at all."""
        caps = self.frequency.caps
        are_set = {"quiet_hours": self.peace.hours, "caps": caps.person or caps.account}
        return tuple(name for name, value in are_set.items() if value is not None)


def restraint_of(project: Project, priority: Callable[[str], int]) -> Restraint:
    """``priority`` of a rule by its id."""
    frequency = Frequency(project.caps, priority, project.csm.destinations)
    return Restraint(project.daily_cap, Peace(project.quiet_hours, project.zone), frequency)
