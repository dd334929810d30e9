"""The volume breaker: a rule that suddenly nudges far more than it ever did is stopped, and people are told."""

from __future__ import annotations

from datetime import timedelta

LEAST = 50  # nudges of a day that stop nothing, whatever the days before were like
TIMES = 5  # so many times its busiest day is too many
LOOK_BACK = timedelta(days=28)
OLD_ENOUGH = timedelta(days=7)  # a younger rule has no history to compare with
TRUSTED_FOR = timedelta(days=1)  # after a person said that it may go on


def too_many(today: int, busiest: int) -> str:
    """Why a rule must stop that would make ``today`` nudges in all, in a sentence; empty if it may go on."""
    if today <= max(LEAST, TIMES * busiest):
        return ""
    return f"it would nudge {today:,} within a day; its busiest day of the last four weeks had {busiest:,}"
