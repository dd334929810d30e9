"""What each mail provider's file answers: what it told, or why it is not believed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from firstwin.outbox.bounces import Once, Told

CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True)
class Posted:
    """A request. Its headers by their names in small letters; ``now`` is when it came."""

    headers: Mapping[str, str]
    body: bytes
    now: datetime


@dataclass(frozen=True)
class Heard:
    """It is the provider's own. ``once``: its signature does not cover the body. ``confirm``: it asks to be visited."""

    told: tuple[Told, ...] = ()
    once: Once | None = None
    confirm: str | None = None


class Refused(Enum):
    """Why not: the reason code, the status, and what is answered."""

    MALFORMED = "malformed", 400, "This is not what the provider sends."
    UNSIGNED = "unsigned", 401, "It is not signed."
    NOT_LOGGED_IN = "not_logged_in", 401, "The username or the password is not the one in firstwin.yaml."
    BAD_SIGNATURE = "bad_signature", 403, "The signature does not fit."
    STALE = "stale", 403, "It was signed too long ago, or the clocks differ."
    FOREIGN_TOPIC = "foreign_topic", 403, "This is not the topic in firstwin.yaml."
    FOREIGN_ADDRESS = "foreign_address", 403, "It names an address that is not Amazon SNS's own."
    BAD_CERTIFICATE = "bad_certificate", 403, "The certificate can't be used."
    TOKEN_USED = "token_used", 403, "Its token came with another body before."
    NO_CERTIFICATE = "no_certificate", 503, "The certificate could not be had. Send it again."
    NOT_CONFIRMED = "not_confirmed", 503, "The subscription could not be confirmed. Send it again."

    def __init__(self, code: str, status: int, says: str) -> None:
        self.code = code
        self.status = status
        self.says = says


Fetch = Callable[[str], Awaitable[bytes | None]]  # None: there was no good answer


def is_fresh(at: datetime, now: datetime, good_for: timedelta) -> bool:
    return now - good_for - CLOCKS_DIFFER <= at <= now + CLOCKS_DIFFER
