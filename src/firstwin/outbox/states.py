"""The life of a delivery: its states, who may change which into which, and one function that every change asks."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    SCHEDULED = "scheduled"
    LEASED = "leased"
    SENDING = "sending"
    RETRY_WAIT = "retry_wait"
    HELD = "held"
    DELIVERED = "delivered"
    DEAD = "dead"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class By(StrEnum):
    """Who changes a state."""

    CLAIM = "claim"
    WORKER = "worker"
    REAPER = "reaper"
    POLICY = "policy"  # what is done by default with an unknown outcome
    PERSON = "person"


class NotAllowed(Exception):  # noqa: N818 - it says what is wrong
    """A state was to be changed in a way that the life of a delivery does not know: a bug."""


S = State
WAITING = (S.SCHEDULED, S.RETRY_WAIT, S.HELD)
TAKEN = (S.LEASED, S.SENDING)
REPLAYABLE = (S.DEAD, S.UNKNOWN, S.EXPIRED, S.SUPPRESSED)
NOT_SENT = (S.SUPPRESSED, S.CANCELLED, S.EXPIRED, S.HELD)
ENDED = frozenset({S.DELIVERED, S.DEAD, S.SUPPRESSED, S.CANCELLED, S.EXPIRED})

ALLOWED: dict[tuple[State, State], frozenset[By]] = {
    **{(before, S.LEASED): frozenset({By.CLAIM}) for before in WAITING},
    **{(before, after): frozenset({By.CLAIM}) for before in WAITING for after in NOT_SENT},
    (S.LEASED, S.SCHEDULED): frozenset({By.WORKER, By.REAPER}),
    **{(S.LEASED, after): frozenset({By.WORKER}) for after in NOT_SENT},
    (S.LEASED, S.DEAD): frozenset({By.WORKER, By.REAPER}),
    (S.LEASED, S.SENDING): frozenset({By.WORKER}),
    (S.SENDING, S.DELIVERED): frozenset({By.WORKER}),
    (S.SENDING, S.RETRY_WAIT): frozenset({By.WORKER}),
    (S.SENDING, S.DEAD): frozenset({By.WORKER}),
    (S.SENDING, S.UNKNOWN): frozenset({By.WORKER, By.REAPER}),
    (S.UNKNOWN, S.RETRY_WAIT): frozenset({By.POLICY}),
    (S.UNKNOWN, S.DELIVERED): frozenset({By.POLICY, By.WORKER}),
    (S.UNKNOWN, S.DEAD): frozenset({By.POLICY}),
    (S.RETRY_WAIT, S.DELIVERED): frozenset({By.WORKER}),
    **{(before, S.SCHEDULED): frozenset({By.PERSON}) for before in REPLAYABLE},
    # whose person is forgotten
    **{(before, S.CANCELLED): frozenset({By.CLAIM, By.PERSON}) for before in WAITING},
    (S.LEASED, S.CANCELLED): frozenset({By.WORKER, By.PERSON}),
}


def require(before: State, after: State, by: By) -> None:
    """Raises NotAllowed unless ``by`` may change ``before`` into ``after``."""
    if by not in ALLOWED.get((before, after), ()):
        msg = f"the {by} may not change a delivery from {before} to {after}"
        raise NotAllowed(msg)
