"""Reason codes in words: why a start was left, a nudge was not decided, a message did not go out."""

from __future__ import annotations

from typing import Final

from firstwin.decide.value import Reason

WORDS: Final[dict[str, str]] = {
    Reason.GOAL_MET: "its goal was met",
    Reason.GATE_FALSE: "a condition stood in the way",
    Reason.EXPIRED: "it was too late to be worth sending",
    Reason.TOO_LATE: "its time had long gone when the start was found",
    Reason.AGAIN: "it was nudged before, and the rule's `again` lets no further one through",
    Reason.PAUSED: "everything is paused",
    Reason.RULE_PAUSED: "the rule is paused",
    Reason.FEED_STALE: "what the rule waits for has stopped arriving, from everybody",
    Reason.NOTHING_CHOSEN: "no branch of its `choose` held",
    Reason.NOBODY_LEFT: "nobody was left on the digest's list",
    Reason.SHADOW: "the rule is in shadow: it decides, and sends nothing",
    Reason.SUPPRESSED: "the recipient wants no such mail, or cannot be reached",
    Reason.LESS_OFTEN: "the recipient asked for one mail a week at most",
    Reason.NO_ADDRESS: "there is nobody to send it to",
    Reason.SUBJECT_GONE: "it is not there (any more)",
    Reason.ALREADY_RUNNING: "an earlier start was still running",
    Reason.BEFORE_RULE: "it lies before the rule began",
    Reason.DATE_MOVED: "the date was moved or emptied",
    Reason.REPLACED: "a newer one took its place",
    Reason.STATE_ENDED: "the state had ended",
    Reason.DAILY_CAP: "the cap of messages a day was reached",
    Reason.QUIET_HOURS: "it is night where the recipient is, or the weekend",
    Reason.CAPPED: "the recipient, the account or the CSM has had as many messages as `caps` allows",
    Reason.OUTRANKED: "a message of a higher priority goes first, and `caps` has room for one",
    Reason.DESTINATION_PAUSED: "its destination takes no messages now",
    Reason.DESTINATION_RESTS: "its destination failed again and again, and rests; it goes out by itself when one has arrived there",
    Reason.NOT_SENT: "nothing is sent from here",
    Reason.RULE_GONE: "the rule or its step is gone",
    Reason.RENDER_ERROR: "its template could not be filled in",
    Reason.INVALID: "its sender does not take such a message",
    Reason.NO_WAY_OUT: "the mail had no unsubscribe link",
    Reason.POISON: "workers were lost each time they had it",
    Reason.ATTEMPTS_USED_UP: "every attempt failed",
    Reason.REFUSED: "the other side refused it",
    Reason.NO_ANSWER: "the other side gave no answer",
}


def in_words(reason: str | None) -> str:
    """What a reason code means; a code that has no words yet is told as it is."""
    return "" if reason is None else WORDS.get(reason, reason.replace("_", " "))
