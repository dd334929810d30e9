"""What can stand in the way of a nudge, in the order in which it is asked: each guard is one reason."""

from __future__ import annotations

from collections.abc import Callable

from firstwin.decide.case import Case, channel_of
from firstwin.decide.value import Hold, Reason, Skip

Guard = Callable[[Case], Skip | Hold | None]


def subject_gone(case: Case) -> Skip | None:
    if case.subject.exists:
        return None
    return Skip(case.match, Reason.SUBJECT_GONE, f"{case.subject.kind} {case.subject.id} is not there (any more)")


def again(case: Case) -> Skip | None:
    """Whether this start may begin at all; once it has nudged, its later steps are not asked again."""
    last = case.history.last_other
    rule = case.match.rule
    if case.history.own or last is None or rule.again.kind == "every time":
        return None
    if rule.again.kind == "after" and last + rule.again.after <= case.now:
        return None
    return Skip(case.match, Reason.AGAIN, f"nudged at {last.isoformat()}, again: {_wording(case)}", ends_start=True)


def _wording(case: Case) -> str:
    rule = case.match.rule
    return f"after {rule.again.after}" if rule.again.kind == "after" else rule.again.kind


def goal_met(case: Case) -> Skip | None:
    return Skip(case.match, Reason.GOAL_MET, ends_start=True) if case.match.goal else None


def expired(case: Case) -> Skip | None:
    """Too late for every message of the step.

    A record does not go stale, so a step that records has no such moment, unless the rule itself says one.
    """
    if case.is_fresh:
        return None
    chosen = case.chosen()
    if chosen.records and case.match.rule.expires_after is None:
        return None
    channels = [channel_of(action) for action in chosen.messages] or ["email"]
    last_moment = max(case.expires_at(channel) for channel in channels)
    if case.now <= last_moment:
        return None
    held = f"; {case.policy.held}" if case.policy.held else ""
    return Skip(case.match, Reason.EXPIRED, f"worth sending until {last_moment.isoformat()}{held}")


def gates(case: Case) -> Skip | None:
    if case.match.unless:
        return Skip(case.match, Reason.GATE_FALSE, "unless")
    if not case.match.only_if:
        return Skip(case.match, Reason.GATE_FALSE, "only_if")
    return None


def paused(case: Case) -> Hold | None:
    """While everything or the rule is paused its due steps stay due: nothing is written, and the next tick asks again.

    Asked after the guards that end or skip a step, so that a pause keeps back only what would have gone out.
    """
    if case.policy.paused:
        return Hold(case.match, case.now, Reason.PAUSED)
    if case.match.rule.id in case.policy.paused_rules:
        return Hold(case.match, case.now, Reason.RULE_PAUSED)
    return None


def feed_stale(case: Case) -> Hold | None:
    """While what the step waits for has stopped arriving, "it did not happen" cannot be told from "nobody told us"."""
    if case.match.step.name not in case.policy.silent:
        return None
    return Hold(case.match, case.now, Reason.FEED_STALE)


GUARDS: tuple[Guard, ...] = (subject_gone, again, goal_met, expired, gates, paused, feed_stale)
