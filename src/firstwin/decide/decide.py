"""Guardrails as one pure function: a match and what is known become a nudge, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from firstwin.decide.case import Case
from firstwin.decide.guards import GUARDS
from firstwin.decide.reach import reach
from firstwin.decide.value import Decision, History, NotSent, Nudge, Planned, Policy, Reason, Skip, Subject
from firstwin.match.value import Match


def decide(match: Match, subject: Subject, history: History, policy: Policy, now: datetime) -> Decision:
    """The first guard that stands in the way decides; when none does, the step's actions are planned."""
    case = Case(match, subject, history, policy, now)
    for guard in GUARDS:
        stopped = guard(case)
        if stopped is not None:
            return stopped
    return _nudge(case)


def _nudge(case: Case) -> Nudge | Skip:
    chosen = case.chosen()
    if not chosen.actions:
        return Skip(case.match, Reason.NOTHING_CHOSEN, "no branch of `choose` holds")
    reached = [each for action in chosen.messages for each in reach(case, action)]
    planned = _once_each([each for each in reached if isinstance(each, Planned)])
    not_sent = tuple([each for each in reached if isinstance(each, NotSent)])
    records = tuple(chosen.records)
    if not_sent and not planned and not records:
        return _skip(case, not_sent)
    decided = Nudge(
        case.match, case.match.rule.mode, planned, records, not_sent, case.subject.account_id,
        branch=chosen.branch, variant=chosen.variant,
    )  # fmt: skip
    return decided._replace(planned=(), not_sent=(), held_out=True) if planned and case.held_out else decided


def _once_each(planned: Sequence[Planned]) -> tuple[Planned, ...]:
    """Two people may share an address, and two actions may name the same person: one message to one place."""
    if len(planned) < 2:  # noqa: PLR2004 - nothing to compare
        return tuple(planned)
    first: dict[tuple[str, ...], Planned] = {}
    for each in planned:
        place = (each.channel, each.destination, (each.address or "").lower(), each.action.template, each.receiver)
        first.setdefault(place, each)
    return tuple(first.values())


def _skip(case: Case, not_sent: tuple[NotSent, ...]) -> Skip:
    details = dict.fromkeys(each.detail for each in not_sent if each.detail)
    return Skip(case.match, not_sent[0].reason, "; ".join(details))
