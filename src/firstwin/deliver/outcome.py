"""What a sender answered, as the outbox is told."""

from __future__ import annotations

from firstwin.outbox.claim import Leased
from firstwin.outbox.outcome import Outcome
from firstwin.senders.contract import Accepted, Answer, Refused, Retry, Unknown


def not_begun(leased: Leased, why: str) -> Outcome:
    """It is certain that nothing has left: that costs no attempt, and says nothing about the destination."""
    told = f"It was not begun: {why}."
    return Outcome(leased.id, leased.fence, "retry", "not_begun", told, free=True, is_its_own=False, has_left=False)


def outcome_of(leased: Leased, answer: Answer, *, sender: str) -> Outcome:
    """``sender`` is who sent it. Where that is not the destination's own, the answer says nothing about the destination."""
    own = sender == leased.destination
    match answer:
        case Accepted(provider_id, detail):
            return Outcome(leased.id, leased.fence, "accepted", detail=detail, provider_id=provider_id, is_its_own=own)
        case Retry(reason, after, free, detail):
            return Outcome(leased.id, leased.fence, "retry", reason, detail, after=after, free=free, is_its_own=own)
        case Refused(reason, disable, detail):
            return Outcome(leased.id, leased.fence, "refused", reason, detail, disable=disable and own, is_its_own=own)
        case Unknown(reason, detail):
            return Outcome(leased.id, leased.fence, "unknown", reason, detail, is_its_own=own)
