"""Which messages a suppression keeps back: one class, all but what a customer must be told, or everything."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

EVERYTHING: Final = "*"  # nothing arrives there, or it was said to be spam
UNLESS_SERVICE: Final = "*-service"  # everything but service
LESS_OFTEN: Final = "*-weekly"  # everything but service, where something came within a week
SERVICE: Final = "service"


def silences(classes: Collection[str], message_class: str) -> bool:
    """Whether these suppressed classes keep a message of this class back, whenever the last one was."""
    return EVERYTHING in classes or message_class in classes or (UNLESS_SERVICE in classes and message_class != SERVICE)
