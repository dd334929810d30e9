"""How an attempt came out, as the outbox is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

MOST_DETAIL = 2_000  # characters of an answer that are kept

Jitter = Callable[[], float]  # a random number from 0 to 1
# For a message that may or may not have arrived: another attempt, a person's look, or the former for so long after the first
# attempt, while the other side knows a repetition, and then the latter.
Policy = Literal["retry", "park"] | timedelta
OnUnknown = Mapping[str, Policy]  # by destination; one that is not named parks


@dataclass(frozen=True)
class Outcome:
    """The answer to one attempt: of the delivery ``id``, made under ``fence``.

    ``after`` is how long the other side asked to wait; ``free`` costs no attempt; ``disable``: the destination is gone.
    It is the destination's own, unless the message was redirected to another, or never left (``has_left``): for a reason of
    our own.
    """

    id: int
    fence: int
    kind: Literal["accepted", "retry", "refused", "unknown"]
    reason: str | None = None
    detail: str = ""
    provider_id: str | None = None
    after: timedelta | None = None
    free: bool = False
    disable: bool = False
    is_its_own: bool = True
    has_left: bool = True

    @property
    def shows(self) -> bool:
        """Whether the destination works: it answered, though it may have refused this message, or want fewer."""
        match self.kind:
            case "accepted" | "refused":
                return True
            case "retry":
                return self.free
            case "unknown":
                return False
