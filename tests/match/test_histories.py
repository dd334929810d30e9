"""That the histories reach what they are made for, and that the pools leave nothing of the language out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import timedelta
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstwin.rules import terms
from firstwin.rules.terms import (
    BecomesStart,
    BeforeStart,
    Changed,
    Count,
    EventStart,
    Moved,
    Property,
    Rule,
    SinceStart,
    Subject,
    Term,
    Within,
    nudged_by,
)
from firstwin.rules.terms_clock import ClockStart, Whose
from tests.match import naive
from tests.match.histories import begun, case, cases, history, tick_times
from tests.match.naive_examples import TICK
from tests.match.naive_facts import Fact
from tests.match.naive_reading import comparisons_of, parts_of, windows_of
from tests.match.pool_all import RULES, STATES, TERMS, TOGETHER
from tests.match.pool_terms import Sample

pytestmark = pytest.mark.slow

SAMPLES = [pytest.param(sample, kind, id=f"{name} ({kind})") for name, sample in TERMS.items() for kind in sample.about]
SOME_RULES: dict[str, tuple[Rule, ...]] = {**{name: (rule,) for name, rule in RULES.items()}, **TOGETHER}


# ---- the pools ------------------------------------------------------------------------------------------------------


def types(found: Iterable[object]) -> set[type]:
    return {type(one) for one in found}


def all_terms() -> Iterator[Term]:
    for sample in TERMS.values():
        yield from parts_of(sample.term)


def test_the_pool_holds_every_term_window_and_comparison() -> None:
    used = list(all_terms())
    assert types(used) == set(get_args(terms.Term))
    assert types(window for term in used for window in windows_of(term)) == set(get_args(terms.Window))
    compared = [comparison for term in used for comparison in comparisons_of(term)]
    assert {comparison.op for comparison in compared} == set(get_args(terms.Op))
    assert {comparison.relation for comparison in compared} == {None, "of", "above", "below"}
    assert len(TERMS) >= 60


def test_the_pool_of_rules_holds_every_kind_of_start_again_and_gate() -> None:
    rules = RULES.values()
    assert types(rule.when for rule in rules) == set(get_args(terms.Start))
    assert {rule.when.which for rule in rules if isinstance(rule.when, EventStart)} == {
        "every",
        "first",
        "latest",
        2,
        3,
    }
    assert {rule.again.kind for rule in rules} == {"never", "every time", "after"}
    assert {rule.about for rule in rules} == {"account", "person"}
    assert types(action for rule in rules for step in rule.steps for action in step.actions) == set(
        get_args(terms.Action)
    )
    varied = [field.name for field in fields(Rule) if len({str(getattr(rule, field.name)) for rule in rules}) > 1]
    assert {"until", "unless", "only_if", "backfill", "expires_after", "steps", "mode"} <= set(varied)
    assert any(step.unless for rule in rules for step in rule.steps)
    assert any(step.only_if for rule in rules for step in rule.steps)
    assert any(step.wait < timedelta(0) for rule in rules for step in rule.steps)
    assert {rule.when.zone for rule in rules if isinstance(rule.when, ClockStart)} == set(get_args(Whose))
    assert any(isinstance(rule.when, EventStart) and rule.when.date and rule.when.per for rule in rules)
    assert any(step.times > 1 for rule in rules for step in rule.steps)
    assert {"over"} <= set(varied)
    assert any(nudged_by(rule) for together in TOGETHER.values() for rule in together)
    assert len(RULES) >= 30


def test_no_state_of_the_pool_needs_a_start() -> None:
    states = [sample.term for sample in STATES.values()]
    states += [rule.when.condition for rule in RULES.values() if isinstance(rule.when, BecomesStart)]
    for term in (part for state in states for part in parts_of(state)):
        match term:
            case Count(same=same):
                assert same is None
            case Property(of) | Moved(of) | Changed(of):
                assert of.scope != "start"
        window = getattr(term, "window", None)
        assert not isinstance(window, SinceStart | Within | BeforeStart)


# ---- the histories --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sample", "kind"), SAMPLES)
def test_each_condition_comes_true_and_false_and_turns(sample: Sample, kind: Subject) -> None:
    rng = Random(1)
    answers: Counter[bool] = Counter()
    turns = 0
    for _ in range(600):
        facts, slots = case(rng, sample.term, kind)
        start = begun(rng, sample.term, slots, kind, facts) if sample.needs_start else None
        seen = [
            naive.holds(sample.term, kind, f"{kind[0]}1", slot, naive.visible(facts, slot), start) for slot in slots
        ]
        answers.update(seen)
        turns += len(set(seen)) > 1
        if turns >= 3 and min(answers[True], answers[False]) >= 3:
            return
    pytest.fail(f"true {answers[True]} times, false {answers[False]} times, turned in {turns} histories")


@pytest.mark.parametrize("name", SOME_RULES)
def test_each_rule_nudges(name: str) -> None:
    rng, rules = Random(1), SOME_RULES[name]
    waiting = {rule.id for rule in rules}
    for _ in range(600):
        facts, slots = case(rng, rules)
        waiting -= {nudge.rule for nudge in naive.Referee(rules, facts).run(slots).nudges}
        if not waiting:
            break
    assert waiting == set()


@pytest.mark.slow
def test_every_reason_comes_up() -> None:
    rng = Random(1)
    reasons: Counter[str | None] = Counter()
    for rules in list(SOME_RULES.values()) * 40:
        facts, slots = case(rng, rules)
        result = naive.Referee(rules, facts).run(slots)
        reasons.update(skip.reason for skip in result.skips)
        reasons.update(start.reason for start in result.starts)
        reasons.update(
            "reopened" for start in result.starts if start.state == "open" and start.key in dates_left(result)
        )
    assert {
        "too_late", "subject_gone", "again", "goal_met", "expired", "gate_false",
        "before_rule", "nothing_chosen", "already_running", "replaced", "date_moved", "state_ended",
    } <= set(reasons)  # fmt: skip


def dates_left(result: naive.Result) -> set[str]:
    return {start.key for start in result.starts if start.reason == "date_moved"}


def test_times_lie_on_boundaries_and_a_microsecond_beside_them() -> None:
    rng, term = Random(1), TERMS["did in last"].term
    beside: Counter[Any] = Counter()
    for _ in range(300):
        facts, slots = case(rng, term)
        ages = {slot - fact.occurred_at for slot in slots for fact in facts if fact.name == "login"}
        beside.update(
            edge + off
            for edge in (timedelta(0), timedelta(days=1))
            for off in (-TICK, 0 * TICK, TICK)
            if edge + off in ages
        )
    assert len(beside) == 6
    assert min(beside.values()) >= 10


def test_every_kind_of_fact_comes_up() -> None:
    rng = Random(1)
    drawn = [
        fact for name in TERMS for _ in range(40) for fact in history(rng, TERMS[name].term, kind=TERMS[name].about[-1])
    ]
    kinds = {
        "an event": [fact for fact in drawn if not fact.name.startswith("firstwin.")],
        "late": [fact for fact in drawn if fact.known_at > fact.occurred_at],
        "dated ahead": [fact for fact in drawn if fact.known_at < fact.occurred_at],
        "history": [fact for fact in drawn if fact.known_at < fact.received_at],
        "without an id": [fact for fact in drawn if fact.id is None],
        "unplaced": [fact for fact in drawn if fact.account_id is None],
        "a change": [fact for fact in drawn if "value" in fact.props],
        "removed": [fact for fact in drawn if fact.props.get("value", "") is None],
        "a date": [fact for fact in drawn if fact.value_at],
        "created": [fact for fact in drawn if fact.name.endswith(".created_at")],
        "deleted": [fact for fact in drawn if fact.name.endswith(".deleted")],
        "a zone": [fact for fact in drawn if fact.name.endswith(".timezone")],
        "a move": [fact for fact in drawn if fact.name == "firstwin.person.account"],
        "a milestone": [fact for fact in drawn if fact.run == "live"],
        "another run's": [fact for fact in drawn if fact.run == "another"],
        "a nudge": [fact for fact in drawn if fact.name.startswith("firstwin.nudged.")],
        "a person of an account": [fact for fact in drawn if fact.name == "firstwin.person.role" and fact.account_id],
    }
    assert {kind: len(facts) >= 20 for kind, facts in kinds.items()} == dict.fromkeys(kinds, True)


def test_a_message_may_come_again() -> None:
    rng = Random(1)
    drawn = [history(rng, RULES["every-order"]) for _ in range(300)]
    again = [facts for facts in drawn if len(naive.stored(facts)) < len(facts)]
    assert len(again) >= 10


# ---- what a table would hold ----------------------------------------------------------------------------------------


@pytest.mark.slow
@given(st.sampled_from(sorted(SOME_RULES)).flatmap(lambda name: cases(SOME_RULES[name])))
@settings(max_examples=200)
def test_facts_are_as_the_table_would_hold_them(drawn: tuple[list[Fact], list[Any]]) -> None:
    facts, slots = drawn
    assert [fact.seq for fact in facts] == list(range(1, len(facts) + 1))
    assert [fact.received_at for fact in facts] == sorted(fact.received_at for fact in facts)
    assert slots == sorted(set(slots))
    assert len(slots) >= 2
    for fact in facts:
        assert fact.known_at in (fact.received_at, fact.occurred_at)
        assert fact.account_id or fact.person_id


def test_a_seed_gives_the_same_history() -> None:
    rule = RULES["series"]
    assert case(Random(7), rule) == case(Random(7), rule)
    assert tick_times(Random(7), rule) == tick_times(Random(7), rule)
