"""Decisions that differ from subject to subject: who is held out, which branch holds, which variant was drawn."""

from __future__ import annotations

from typing import Any

import pytest

from firstwin.decide.case import Case
from firstwin.decide.decide import decide
from firstwin.decide.value import Decision, History, Nudge, Policy, Reason, Skip, Subject
from firstwin.match.value import Match
from firstwin.rules.terms import (
    Branch,
    Choose,
    Comparison,
    Digest,
    OrderBy,
    Property,
    PropertyName,
    Record,
    Rule,
    Split,
    Term,
    Variant,
)
from tests.decide.cases import ACME, NOW, TO_CONTACT, TO_CSM, case, match, rule

ALL_BUT_NOBODY = 0.999999
PRO = Property(PropertyName("account", "plan"), (Comparison("is", ("pro",)),))
MRR = OrderBy(PropertyName("account", "mrr"))


def decided(found: Match, subject: Subject = ACME, **policy: Any) -> Decision:
    return decide(found, subject, History(), Policy(**policy), NOW)


def nudged(found: Match, subject: Subject = ACME) -> Nudge:
    decision = decided(found, subject)
    assert isinstance(decision, Nudge)
    return decision


def of_subject(number: int, of: Rule, **policy: Any) -> Case:
    asked = match(of)
    return case(of, match=asked._replace(start=asked.start._replace(subject=str(number))), policy=Policy(**policy))


def held_out(of: Rule, **policy: Any) -> list[int]:
    return [number for number in range(1000) if of_subject(number, of, **policy).held_out]


def test_meaning_14_whoever_is_held_out_counts_as_nudged_and_gets_nothing() -> None:
    nudge = nudged(match(rule(TO_CONTACT, TO_CSM, hold_out=ALL_BUT_NOBODY)))
    assert (nudge.held_out, nudge.planned, nudge.not_sent) == (True, (), ())


def test_meaning_14_the_same_subjects_are_held_out_each_time_and_stay_so_when_the_share_grows() -> None:
    tenth = held_out(rule(hold_out=0.1))
    assert tenth == held_out(rule(hold_out=0.1))
    assert 70 < len(tenth) < 130
    assert set(tenth) < set(held_out(rule(hold_out=0.3)))
    assert held_out(rule()) == []


def test_a_rename_moves_nobody_to_the_other_side() -> None:
    before, renamed = rule(hold_out=0.5), rule(hold_out=0.5, id="renamed")
    assert held_out(renamed, drawn_by=before.id) == held_out(before) != held_out(renamed)


def test_a_record_is_written_for_the_held_out_too() -> None:
    nudge = nudged(match(rule(TO_CONTACT, Record("told"), hold_out=ALL_BUT_NOBODY)))
    assert (nudge.held_out, nudge.records) == (True, (Record("told"),))


def test_whom_nothing_would_reach_is_skipped_and_not_held_out() -> None:
    skip = decided(match(rule(hold_out=ALL_BUT_NOBODY)), ACME._replace(people=()))
    assert isinstance(skip, Skip)
    assert skip.reason is Reason.NO_ADDRESS


@pytest.mark.parametrize(
    ("holding", "branch", "channel"), [(frozenset({PRO}), "1", "email"), (frozenset[Term](), "otherwise", "alert")]
)
def test_the_branch_that_holds_is_planned_and_noted(holding: frozenset[Term], branch: str, channel: str) -> None:
    choice = Choose((Branch(PRO, (TO_CONTACT,)), Branch(None, (TO_CSM,))))
    nudge = nudged(match(rule(choice), holding=holding))
    assert (nudge.branch, [planned.channel for planned in nudge.planned]) == (branch, [channel])


def test_where_no_branch_holds_the_step_is_skipped_with_the_reason() -> None:
    skip = decided(match(rule(Choose((Branch(PRO, (TO_CONTACT,)), Branch(PRO, (TO_CSM,)))))))
    assert isinstance(skip, Skip)
    assert (skip.reason, skip.ends_start) == (Reason.NOTHING_CHOSEN, False)


def test_the_variant_is_noted_with_the_nudge() -> None:
    nudge = nudged(match(rule(Split((Variant("a", 0.5, (TO_CONTACT,)), Variant("b", 0.5, (TO_CSM,)))))))
    assert nudge.variant in {"a", "b"}
    assert len(nudge.planned) == 1


def test_variants_are_not_drawn_as_the_held_out_are() -> None:
    halves = rule(Split((Variant("a", 0.5, (TO_CONTACT,)), Variant("b", 0.5, (TO_CSM,)))), hold_out=0.5)
    those = [of_subject(number, halves) for number in held_out(halves)]
    of_a = sum(one.chosen().variant == "a" for one in those)
    assert abs(of_a - len(those) / 2) < 0.1 * len(those)


def test_a_digest_to_csms_is_for_each_by_name_and_keeps_what_it_is_ordered_by() -> None:
    of_anna = ACME._replace(csm_name="anna", properties={"account.mrr": 500})
    (planned,) = nudged(match(rule(Digest("list", "csm", MRR))), of_anna).planned
    assert (planned.channel, planned.destination, planned.message_class) == ("digest", "cs-slack", "alert")
    assert (planned.receiver, planned.value) == ("anna", 500)


@pytest.mark.parametrize(
    ("properties", "value"), [({}, None), ({"account.mrr": ["a"]}, None), ({"account.mrr": "9"}, "9")]
)
def test_a_digest_to_one_destination_is_for_everybody_together(properties: dict[str, object], value: object) -> None:
    of_anna = ACME._replace(csm_name="anna", properties=properties)
    (planned,) = nudged(match(rule(Digest("list", "team", MRR))), of_anna).planned
    assert (planned.destination, planned.receiver, planned.value) == ("team", "", value)
