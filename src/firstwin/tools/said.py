"""What a process says of its files with each heartbeat, so that whoever asks for health need not read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

MINUTE = timedelta(minutes=1)
MISTAKES = "The project's files hold mistakes: `firstwin check` tells them."


@dataclass(frozen=True)
class Said:
    """Sentences, as of Health; and how often the rules tick, which tells when they are late."""

    wrong: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    tick_every: timedelta = MINUTE


def kept(said: Said) -> dict[str, Any]:
    """As it is kept with the heart."""
    return {
        "wrong": list(said.wrong),
        "degraded": list(said.degraded),
        "tick_every": said.tick_every.total_seconds(),
    }


def said(stored: Mapping[str, Any] | None) -> Said:
    """Nothing, where a process of another version keeps another form, or none."""
    match stored:
        case {"wrong": list(wrong), "degraded": list(degraded), "tick_every": int() | float() as every}:
            return Said(tuple(map(str, wrong)), tuple(map(str, degraded)), timedelta(seconds=every))
        case _:
            return Said()
