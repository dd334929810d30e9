"""`nudged`: which rule, which step, and every mistake."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.rules.terms import AnyOf, Ever, InLast, Nudged, SinceStart, Term
from tests.rules.given import ACTIVATED, condition, loaded, rule_with, the_rule, told

LAST = InLast(timedelta(days=60))
TRIAL = """\
about: account
when: signed_up
steps:
  week: {after: 7 days, then: {email: week, to: contact}}
  ended: {after: 14 days, then: {email: ended, to: contact}}
again: never
"""
PEOPLE = rule_with(about="person", then="{email: a, to: person}")
OTHERS = {"trial": TRIAL, "onboard": PEOPLE, "records": ACTIVATED.replace("activated", "first_win")}


def mistakes(written: str, **lines: str | None) -> list[str]:
    return told(loaded(rule_with(unless=None, only_if=written, **lines), **OTHERS))


@pytest.mark.parametrize(
    ("written", "term"),
    [
        ("{nudged: x, in_last: 60 days}", Nudged("x", LAST)),
        ("{nudged: x, since: ever}", Nudged("x", Ever())),
        ("{nudged: [x], since: start}", Nudged("x", SinceStart())),
        ("{nudged: [x, x], since: start}", AnyOf((Nudged("x", SinceStart()), Nudged("x", SinceStart())))),
    ],
)
def test_a_rule_is_named_by_its_file(written: str, term: Term) -> None:
    assert condition(f"{{none: [{written}]}}").parts == (term,)  # type: ignore[union-attr]


def test_a_step_is_named_beside_its_rule() -> None:
    text = rule_with(unless=None, only_if="{nudged: trial, step: week, in_last: 60 days}")

    assert loaded(text, **OTHERS).rule("x").only_if == Nudged("trial", LAST, "week")  # type: ignore[union-attr]
    assert told(loaded(text, **OTHERS)) == []


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("{nudged: tril, in_last: 60 days}", "6:19 There is no rule `tril`. Did you mean `trial`?"),
        ("{nudged: something-else, in_last: 60 days}", "6:19 There is no rule `something-else`. A rule is named by its file in rules/, without the ending."),
        ("{nudged: week, in_last: 60 days}", "6:19 There is no rule `week`. It is a step: write `nudged: trial, step: week`."),
        ("{nudged: [trial, tril], in_last: 60 days}", "6:27 There is no rule `tril`. Did you mean `trial`?"),
        ("{nudged: [], in_last: 60 days}", "6:19 The list is empty. Write at least one name."),
        ("{nudged: Trial Week, in_last: 60 days}", "6:19 `Trial Week` cannot be the name of a rule: use small letters, digits, `-` and `_`. Write `trial-week`."),
        ("{nudged: trial}", "6:11 `nudged:` does not say how far back. Write `in_last: 14 days`, `since: start` or `since: ever`, for example."),
        ("{nudged: trial, step: wek, in_last: 60 days}", "6:32 `trial` has no step `wek`. Did you mean `week`?"),
        ("{nudged: trial, step: other-one, in_last: 60 days}", "6:32 `trial` has no step `other-one`. It has `week` and `ended`."),
        ("{nudged: x, step: week, in_last: 60 days}", "6:22 `x` has no steps, only one message. Take `step:` out."),
        ("{nudged: [trial, x], step: week, in_last: 60 days}", "6:31 `step:` is a step of one rule, and here are several. Join a condition for each with `any:`."),
        ("{nudged: records, in_last: 60 days}", "6:19 `records` only records a milestone, and nudges nobody. Write `reached: first_win`."),
        ("{nudged: onboard, in_last: 60 days}", "6:19 `onboard` nudges people, and this asks about an account. Put it into `any_person: {nudged: onboard, …}`."),
    ],
)  # fmt: skip
def test_a_mistake_about_a_rule_is_told_with_what_to_write(written: str, problem: str) -> None:
    assert mistakes(written) == [problem]


def test_a_person_is_asked_about_rules_about_people() -> None:
    about_people = {"about": "person", "then": "{email: a, to: person}"}

    assert mistakes("{nudged: onboard, in_last: 60 days}", **about_people) == []
    assert mistakes("{any_person: {nudged: onboard, in_last: 60 days}}") == []
    assert mistakes("{nudged: trial, in_last: 60 days}", **about_people) == [
        "6:19 `trial` nudges accounts, and this asks about a person. Name a rule that is about people as well."
    ]


def test_a_renamed_rule_goes_by_its_new_name() -> None:
    renamed = {"trial": TRIAL + "was: old-trial\n"}
    text = rule_with(unless=None, only_if="{nudged: old-trial, in_last: 60 days}")

    assert told(loaded(text, **renamed)) == ["6:19 There is no rule `old-trial`. It is called `trial` now."]


def test_a_rule_that_cannot_be_read_is_there_all_the_same() -> None:
    text = rule_with(unless=None, only_if="{nudged: trial, in_last: 60 days}")

    assert told(loaded(text, trial="when: [")) == []
    assert told(loaded(text, trial="about: somebody\nwhen: a\nthen: 5\n")) == []


def test_two_rules_may_wait_for_each_others_silence() -> None:
    one = rule_with(unless=None, only_if="{none: [{nudged: other, in_last: 7 days}]}")
    other = rule_with(unless=None, when="logged_in", only_if="{none: [{nudged: x, in_last: 7 days}]}")

    assert loaded(one, other=other).problems == ()


def test_a_rule_may_ask_about_its_own_steps_and_not_for_its_only_message() -> None:
    asked = TRIAL.replace("after: 14 days,", "after: 14 days, only_if: {nudged: x, step: week, since: start},")
    never = "This waits for a message of this very rule, so the first is never sent. Name another rule, or a step that comes before this one."

    assert the_rule(asked).steps[1].only_if == Nudged("x", SinceStart(), "week")
    assert told(loaded(asked.replace("step: week", "step: ended"))) == [f"5:27 {never}"]
    assert told(loaded(rule_with(unless=None, only_if="{nudged: x, since: ever}"))) == [f"6:1 {never}"]
    assert told(loaded(rule_with(unless="{nudged: x, since: ever}"))) == []
