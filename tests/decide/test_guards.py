"""Each guard by itself, and the order in which they are asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from firstwin.decide import guards
from firstwin.decide.case import Case
from firstwin.decide.value import History, Hold, Policy, Reason, Skip
from firstwin.rules.terms import Again, Record, Webhook
from tests.decide.cases import ACME, DUE, NOW, TO_CONTACT, TO_CSM, case, match, rule

LONG_AGO = NOW - timedelta(days=40)


def test_a_subject_that_is_not_there_is_skipped_and_may_come_back() -> None:
    skip = guards.subject_gone(case(subject=ACME._replace(exists=False)))
    assert skip is not None
    assert (skip.reason, skip.ends_start) == (Reason.SUBJECT_GONE, False)


@pytest.mark.parametrize(
    ("again", "last_other", "stands_in_the_way"),
    [
        (Again("never"), None, False),
        (Again("never"), LONG_AGO, True),
        (Again("every time"), NOW, False),
        (Again("after", timedelta(days=30)), NOW - timedelta(days=30, microseconds=-1), True),
        (Again("after", timedelta(days=30)), NOW - timedelta(days=30), False),
        (Again("after", timedelta(days=30)), None, False),
    ],
)
def test_again_looks_at_the_last_nudge_of_other_starts(
    again: Again, last_other: object, stands_in_the_way: bool
) -> None:
    skip = guards.again(case(rule(again=again), history=History(last_other=last_other)))  # type: ignore[arg-type] # a table of times and None
    assert (skip is not None) == stands_in_the_way
    assert skip is None or (skip.reason is Reason.AGAIN and skip.ends_start)


def test_again_is_asked_only_before_the_first_nudge_of_a_start() -> None:
    assert guards.again(case(history=History(own=frozenset({"day-1"}), last_other=NOW))) is None


def test_a_goal_ends_the_start() -> None:
    skip = guards.goal_met(case(match=match(goal=True)))
    assert skip is not None
    assert skip.ends_start


@pytest.mark.parametrize(
    ("actions", "days"),
    [((TO_CONTACT,), 3), ((TO_CSM,), 1), ((TO_CSM, TO_CONTACT), 3), ((Webhook("w", "crm"),), 3)],
    ids=["mail", "alert", "the longest of both", "webhook"],
)
def test_a_nudge_expires_after_its_longest_default(actions: tuple[object, ...], days: int) -> None:
    of = rule(*actions)  # type: ignore[arg-type] # a table of actions
    last_moment = DUE + timedelta(days=days)
    assert guards.expired(case(of, now=last_moment)) is None
    late = guards.expired(case(of, now=last_moment + timedelta(microseconds=1)))
    assert late is not None
    assert (late.reason, late.ends_start) == (Reason.EXPIRED, False)


def test_a_rule_and_the_project_may_say_another_expiry() -> None:
    hour = timedelta(hours=1)
    assert guards.expired(case(rule(expires_after=hour), now=DUE + 2 * hour)) is not None
    assert guards.expired(case(policy=Policy(expires_after={"email": hour}), now=DUE + 2 * hour)) is not None


def test_expiry_counts_from_when_the_rule_took_the_start_if_that_was_later() -> None:
    found = match()
    taken_late = found._replace(start=found.start._replace(seen_at=NOW), due_at=NOW - timedelta(days=7))
    assert guards.expired(case(match=taken_late)) is None


def test_a_record_never_goes_stale_unless_its_rule_says_so() -> None:
    later = DUE + timedelta(days=99)
    assert guards.expired(case(rule(Record("activated"), TO_CSM), now=later)) is None
    assert guards.expired(case(rule(Record("activated"), expires_after=timedelta(days=1)), now=later)) is not None


@pytest.mark.parametrize(("gate", "value"), [("unless", True), ("only_if", False)])
def test_a_gate_skips_one_message_and_says_which(gate: str, value: Any) -> None:
    skip = guards.gates(case(match=match(**{gate: value})))
    assert skip is not None
    assert (skip.reason, skip.detail, skip.ends_start) == (Reason.GATE_FALSE, gate, False)


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        (Policy(paused=True), Reason.PAUSED),
        (Policy(paused_rules=frozenset({"no-login"})), Reason.RULE_PAUSED),
        (Policy(paused_rules=frozenset({"another"})), None),
    ],
)
def test_a_pause_holds_the_step(policy: Policy, reason: Reason | None) -> None:
    hold = guards.paused(case(policy=policy))
    assert (hold.reason if hold else None) == reason
    assert hold is None or isinstance(hold, Hold)


BLOCKS: list[Callable[[Case], Case]] = [
    lambda c: c._replace(subject=c.subject._replace(exists=False)),
    lambda c: c._replace(history=History(last_other=LONG_AGO)),
    lambda c: c._replace(match=c.match._replace(goal=True)),
    lambda c: c._replace(now=c.now + timedelta(days=30)),
    lambda c: c._replace(match=c.match._replace(unless=True)),
    lambda c: c._replace(policy=Policy(paused=True)),
]
ORDER = [
    Reason.SUBJECT_GONE,
    Reason.AGAIN,
    Reason.GOAL_MET,
    Reason.EXPIRED,
    Reason.GATE_FALSE,
    Reason.PAUSED,
]


@pytest.mark.parametrize("first", range(len(ORDER)))
def test_the_first_guard_that_stands_in_the_way_gives_the_reason(first: int) -> None:
    blocked = case()
    for block in BLOCKS[first:]:
        blocked = block(blocked)
    reasons = [found.reason for guard in guards.GUARDS if isinstance(found := guard(blocked), Skip | Hold)]
    assert reasons == ORDER[first:]


def test_while_its_feed_is_silent_a_step_holds_and_the_others_go_on() -> None:
    silent = Policy(silent={"": "no logged_in has ever come in"})
    hold = guards.feed_stale(case(policy=silent))
    assert isinstance(hold, Hold)
    assert hold.reason is Reason.FEED_STALE
    assert guards.feed_stale(case(policy=Policy(silent={"other": "no x has ever come in"}))) is None


def test_what_expired_while_it_was_held_says_so() -> None:
    told = "held from 2026-03-01 09:00 to 2026-03-02 09:00 UTC as no logged_in has come in"
    skip = guards.expired(case(now=NOW + timedelta(days=4), policy=Policy(held=told)))
    assert skip is not None
    assert skip.detail.endswith(f"; {told}")
