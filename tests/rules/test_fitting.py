"""Which keys go with which start: `when_over`, repeated steps, steps with another name, dates that events bring."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.rules.repeating import MOST_TIMES
from firstwin.rules.terms import OVER, Alert, EventStart, Property, PropertyName, Where
from tests.rules.given import loaded, rule_with, the_rule, told

DAY = timedelta(days=1)
STATE = "{becomes: {account.plan: pro}}"


def stepped(steps: str, **lines: str | None) -> str:
    return rule_with(**{"after": None, "unless": None, "then": None, "steps": steps, **lines})


# ---- when a state is over -------------------------------------------------------------------------------------------


def test_when_a_state_is_over_something_is_due_as_long_as_it_is() -> None:
    rule = the_rule(rule_with(when=STATE, unless=None, when_over="{alert: back, to: csm}"))

    assert rule.over is not None
    assert (rule.over.name, rule.over.wait, rule.over.actions) == (OVER, timedelta(0), (Alert("back", "csm"),))
    assert isinstance(rule.over.unless, Property)
    assert rule.over.unless.of == PropertyName("account", "plan")
    assert [step.name for step in rule.all_steps] == ["", OVER]


def test_what_is_done_then_is_looked_up_like_everything_else() -> None:
    uses = {
        (use.kind, use.name)
        for use in loaded(rule_with(when=STATE, unless=None, when_over="{alert: back, to: crm}")).uses
    }

    assert {("alert", "back"), ("destination", "crm")} <= uses


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ({"when": "a"}, "6:1 `when_over` is done when a state ends, and this rule does not start with one. Take it out, or start the rule with `when: {becomes: …}`."),
        ({"when_over": "{record: b}"}, "6:12 A milestone that was reached stays reached, so none is recorded when a state is over. Write a rule of its own, with `when: {becomes: …}`."),
        ({"then": "{record: b}"}, "6:1 This rule only records, and a milestone that was reached stays reached. Write a rule of its own for the message."),
        ({"when_over": "{email: a, to: actor}"}, "6:27 `to: actor` is who did the event that started the rule, and this start is no event. Write `to: contact` or `to: {role: owner}`."),
    ],
)  # fmt: skip
def test_when_over_needs_a_state_and_something_that_was_told(lines: dict[str, str | None], problem: str) -> None:
    text = rule_with(**{"when": STATE, "unless": None, "when_over": "{alert: back, to: csm}", **lines})

    assert told(loaded(text)) == [problem]


def test_no_step_has_its_name() -> None:
    assert told(loaded(stepped("{when_over: {then: {alert: a, to: csm}}}"))) == [
        "4:8 `when_over` is what is done when a state ends, and no name for a step. Write it beside `steps:`, or give the step another name."
    ]


# ---- repeated steps -------------------------------------------------------------------------------------------------


def test_a_repeated_step_is_as_many_steps_that_go_by_number() -> None:
    rule = the_rule(
        stepped(
            "{a: {then: {alert: a, to: csm}}, chase: {after: 3 days, every: 7 days, at_most: 3, then: {alert: b, to: csm}}}"
        )
    )

    assert [(step.name, step.wait, step.base) for step in rule.steps] == [
        ("a", 0 * DAY, "a"),
        ("chase", 3 * DAY, "chase"),
        ("chase.2", 10 * DAY, "chase"),
        ("chase.3", 17 * DAY, "chase"),
    ]


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ("every: 7 days", "4:15 `every:` does not say how often at most. Write `at_most: 5` beside it, so that nobody is written to for ever."),
        ("at_most: 5", "4:15 `at_most:` counts how often a step is repeated, and this one is not. Write `every: 7 days` beside it."),
        ("every: 7 days, at_most: 1", f"4:39 A step is repeated 2 to {MOST_TIMES} times. Write `2` or more, or take `every:` and `at_most:` out."),
        ("every: 7 days, at_most: 101", f"4:39 A step is repeated 2 to {MOST_TIMES} times. Write `{MOST_TIMES}` at most."),
        ("every: 7 days, at_most: 5 times", "4:39 `5 times` is not a number of times. Write `5`."),
        ("every: 7 days, at_most: often", "4:39 `often` is not a number of times. Write a number like `5`."),
        ("every: monday, at_most: 2", "4:22 `monday` is not a length of time."),
    ],
)  # fmt: skip
def test_a_mistaken_repetition_is_told(step: str, problem: str) -> None:
    (found,) = told(loaded(stepped(f"{{one: {{{step}, then: {{alert: b, to: csm}}}}}}")))

    assert found.startswith(problem)


def test_no_milestone_is_recorded_again_and_again() -> None:
    assert told(loaded(stepped("{one: {every: 7 days, at_most: 2, then: {record: b}}}"))) == [
        "4:48 A milestone is reached once, and this step is repeated. Record it in a step of its own."
    ]


def test_only_a_step_is_repeated() -> None:
    assert told(loaded(rule_with(every="7 days"))) == [
        "7:1 `every:` repeats a step, and stands in it. Write `steps:`, and in one of them `every: 7 days`."
    ]


def test_something_can_have_happened_before_it_is_said_again() -> None:
    assert told(loaded(stepped("{one: {every: 7 days, at_most: 2, unless: paid, then: {alert: b, to: csm}}}"))) == []


# ---- steps with another name ----------------------------------------------------------------------------------------


def test_a_renamed_step_says_what_it_was_in_all_its_repetitions() -> None:
    rule = the_rule(stepped("{chase: {every: 1 day, at_most: 2, was: remind, then: {alert: a, to: csm}}}"))

    assert [(step.name, step.was) for step in rule.steps] == [("chase", "remind"), ("chase.2", "remind.2")]


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ("{one: {was: two, THEN}, two: {THEN}}", "4:20 The step `two` is still there. `was:` names a step that was renamed."),
        ("{one: {was: one, THEN}}", "4:20 `one` is this step itself. `was:` names a step that was renamed."),
        ("{one: {was: old, THEN}, two: {was: old, THEN}}", "4:64 The step `one` says `was: old` too. Only one step can be the renamed one."),
        ("{one: {was: Old One, THEN}}", "4:20 `Old One` cannot be the name of a step: use small letters, digits, `-` and `_`. Write `old-one`."),
    ],
)  # fmt: skip
def test_a_former_name_is_gone_and_was_one_steps(steps: str, problem: str) -> None:
    assert told(loaded(stepped(steps.replace("THEN", "then: {alert: a, to: csm}")))) == [problem]


# ---- dates that events bring ----------------------------------------------------------------------------------------


def test_an_event_may_bring_the_date() -> None:
    text = rule_with(
        when="{event: booked, date: departs_at, per: booking, where: {class: eco}}",
        unless=None,
        after=None,
        before="2 days",
    )
    when = the_rule(text).when

    assert isinstance(when, EventStart)
    assert (when.names, when.date, when.per, when.which) == (("booked",), "departs_at", "booking", "every")
    assert isinstance(when.where[0], Where)


def test_what_such_a_start_carries_is_known_by_the_event() -> None:
    text = rule_with(
        when="{event: booked, date: departs_at}",
        unless=None,
        only_if="{start.date: {exists: true}}",
        then="{email: a, to: actor}",
    )

    assert told(loaded(text)) == []


def test_the_newest_event_says_the_date_so_that_there_is_nothing_to_choose() -> None:
    assert told(loaded(rule_with(when="{event: booked, date: departs_at, which: first}", unless=None))) == [
        "2:41 The date of the newest event counts, so `which:` has nothing to choose. Take `which:` out; with `per:` each thing has a date of its own."
    ]
