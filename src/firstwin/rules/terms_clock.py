"""The start that a local clock strikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

StrikesOn = Literal[
    "day", "weekday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "month",
]  # fmt: skip
Whose = Literal["account", "person", "csm", "UTC"]


@dataclass(frozen=True)
class ClockStart:
    """A local time (``at``, as ``09:00``) that comes again and again, in the zone of whom ``zone`` names.

    ``weekday`` is Monday to Friday, ``month`` the first of each month.
    """

    every: tuple[StrikesOn, ...]
    at: str
    zone: Whose
