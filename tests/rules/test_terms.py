"""What a rule as it is meant can be asked."""

from __future__ import annotations

from firstwin.rules.terms import Count, Ever, Property, Reached, SinceStart, conditions, read_milestones
from tests.rules.given import rule_with, the_rule

STEPS = "{one: {after: 1 day, unless: a, only_if: {did: b, since: ever}, then: {record: m}}, two: {then: {record: n}}}"

TRAINED = {"trained": rule_with(about="person", after=None, unless=None, then="{record: trained}")}


def test_every_condition_of_a_rule_is_found() -> None:
    rule = the_rule(
        rule_with(
            when="{becomes: {did: c, since: ever}}",
            after=None,
            unless=None,
            then=None,
            until="d",
            only_if="{account.x: 1}",
            steps=STEPS,
        )
    )

    assert [type(term) for term in conditions(rule)] == [Count, Property, Count, Count, Count]
    assert {
        Count(("a",), SinceStart()),
        Count(("b",), Ever()),
        Count(("c",), Ever()),
        Count(("d",), SinceStart()),
    } < set(conditions(rule))


def test_milestones_are_read_by_conditions_segments_and_starts() -> None:
    segments = "s: {any: [{none: [{reached: activated}]}, {account.x: 1}]}"

    assert read_milestones(the_rule(rule_with(only_if="{segment: s}"), segments=segments)) == {"activated"}
    assert read_milestones(the_rule(rule_with(when="activated"))) == {"activated"}
    assert read_milestones(the_rule(rule_with(only_if="{any_person: {reached: trained}}"), **TRAINED)) == {"trained"}
    assert read_milestones(the_rule(rule_with(unless="activated"))) == {"activated"}
    assert read_milestones(the_rule(rule_with())) == frozenset()


def test_a_rule_knows_what_it_records() -> None:
    recorder = the_rule(rule_with(after=None, unless=None, then=None, steps=STEPS))

    assert (recorder.milestones, recorder.only_records) == (("m", "n"), True)
    assert not the_rule(rule_with()).only_records
    assert Reached("m") not in conditions(recorder)
