"""Why nothing came, in words: every reason code of the program, and those that only a test can have."""

from __future__ import annotations

from collections.abc import Mapping

from firstwin.decide.value import Reason
from firstwin.tools.ruletests.came import NO_START, NOT_DUE

TOLD: Mapping[str, str] = {
    NO_START: "the rule never began",
    NOT_DUE: "it is not due yet when the test ends",
    Reason.GOAL_MET: "`until` had come true",
    Reason.GATE_FALSE: "`unless` or `only_if` stood in the way",
    Reason.EXPIRED: "it came too late to be worth sending",
    Reason.TOO_LATE: "its time was long over when its start was heard of",
    Reason.AGAIN: "`again` does not let it happen again",
    Reason.NO_ADDRESS: "there is no address to send it to",
    Reason.SUPPRESSED: "the receiver is not to be written to",
    Reason.SUBJECT_GONE: "whom it is about is not there",
    Reason.ALREADY_RUNNING: "an earlier start was still running",
    Reason.BEFORE_RULE: "it was so before the rule was there",
    Reason.DATE_MOVED: "the date was moved",
    Reason.REPLACED: "a newer start took its place",
    Reason.STATE_ENDED: "the state had ended",
    Reason.RENDER_ERROR: "its template could not be rendered",
    Reason.DAILY_CAP: "the day's messages were used up",
    Reason.QUIET_HOURS: "it is night where the receiver is, or the weekend",
    Reason.CAPPED: "the receiver, the account or the CSM has had as many messages as `caps` allows",
    Reason.OUTRANKED: "a message of a higher priority goes first, and `caps` has room for one",
}


def codes() -> tuple[str, ...]:
    """Everything that `because` may say in one word."""
    return (NO_START, NOT_DUE, *(reason.value for reason in Reason))


def told(code: str) -> str:
    return TOLD.get(code, code.replace("_", " "))
