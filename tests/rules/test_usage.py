"""`usage_of` and `people_using`: what they mean, and every mistake."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.rules.terms import All, Comparison, Existed, InLast, Usage, Where
from tests.rules.given import condition, loaded, rule_with, told

WEEK = timedelta(days=7)
DOWN = "usage_of: report_sent, in_last: 7 days, is_down: 50%, versus_previous: 4 weeks, from_at_least: 10"
USAGE = Usage(("report_sent",), WEEK, 4 * WEEK, "down", 0.5, 10)
PERSON = {"about": "person", "then": "{email: a, to: person}"}


def mistakes(written: str, **lines: str | None) -> list[str]:
    return told(loaded(rule_with(unless=None, only_if=f"{{{written}}}", **lines)))


@pytest.mark.parametrize(
    ("written", "usage"),
    [
        (DOWN, USAGE),
        (DOWN.replace("is_down", "is_up"), Usage(("report_sent",), WEEK, 4 * WEEK, "up", 0.5, 10)),
        (DOWN.replace("50%", "100%"), Usage(("report_sent",), WEEK, 4 * WEEK, "down", 1.0, 10)),
        (DOWN.replace("is_down: 50%", "is_up: 250%"), Usage(("report_sent",), WEEK, 4 * WEEK, "up", 2.5, 10)),
        (DOWN.replace("usage_of", "people_using"), Usage(("report_sent",), WEEK, 4 * WEEK, "down", 0.5, 10, people=True)),
        (DOWN.replace("report_sent", "[a, B c]"), Usage(("a", "B c"), WEEK, 4 * WEEK, "down", 0.5, 10)),
        (
            f"{DOWN}, where: {{plan: pro}}",
            Usage(("report_sent",), WEEK, 4 * WEEK, "down", 0.5, 10, (Where("plan", (Comparison("is", ("pro",)),)),)),
        ),
    ],
)  # fmt: skip
def test_usage_needs_a_subject_that_existed_for_both_times(written: str, usage: Usage) -> None:
    assert condition(f"{{{written}}}") == All((usage, Existed(InLast(5 * WEEK))))


def test_a_person_has_usage_of_its_own() -> None:
    assert condition(f"{{{DOWN}}}", **PERSON) == All((USAGE, Existed(InLast(5 * WEEK))))


def test_a_share_with_decimals_is_taken_as_it_is() -> None:
    found = condition(f"{{{DOWN.replace('50%', '33.33%')}}}")

    assert isinstance(found, All)
    assert isinstance(found.parts[0], Usage)
    assert found.parts[0].share == pytest.approx(0.3333)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (", from_at_least: 10", "", "6:10 `from_at_least:` is missing. Write how much there must have been in the time before, like `from_at_least: 10`: without it, going from one to none is a fall by 100%."),
        ("from_at_least: 10", "from_at_least: 0", "6:106 `from_at_least: 0` is no floor. Write how much there must have been in the time before for a share to mean something, like `10`."),
        ("from_at_least: 10", "from_at_least: 50%", "6:106 `50%` is a share, and here a number of times is asked for. Write a number like `3`."),
        (", versus_previous: 4 weeks", "", "6:10 `versus_previous:` is missing. Write the time before, with which it is compared: `versus_previous: 4 weeks`."),
        ("versus_previous: 4 weeks", "versus_previous: 3 days", "6:82 The time before is shorter than the 7 days that are compared with it. Write `versus_previous: 4 weeks`."),
        (", is_down: 50%", "", "6:11 `usage_of:` does not say whether less or more is meant. Write `is_down: 50%` or `is_up: 50%`."),
        ("is_down: 50%", "is_down: 50%, is_up: 50%", "6:65 `is_down` and `is_up` exclude each other. Keep one, or join two conditions with `any:`."),
        ("is_down: 50%", "is_down: 50", "6:60 `50` is not a share. Write `50%`."),
        ("is_down: 50%", "is_down: half", "6:60 `half` is not a share. Write `50%`."),
        ("is_down: 50%", "is_down: 0%", "6:60 `0%` is no difference. Write a larger share, like `50%`."),
        ("is_down: 50%", "is_down: 120%", "6:60 Nothing is down by 120%: less than none is not possible. Write `100%` if nothing at all is meant."),
        ("is_down: 50%", "drops: 50%", "6:51 `usage_of` has no `drops`. Did you mean `is_down`?"),
        ("in_last: 7 days", "in_last: 7 days, since: start", "6:51 `usage_of` compares the last days with those before, so `since:` has no place here. Write `in_last:` and `versus_previous:`."),
        ("report_sent", "activated", "6:21 `activated` is a milestone (rules/activated.yaml records it), not an event. Write `reached: activated`."),
    ],
)  # fmt: skip
def test_a_mistake_in_usage_is_told_with_what_to_write(old: str, new: str, problem: str) -> None:
    assert mistakes(DOWN.replace(old, new)) == [problem]


def test_people_are_counted_in_stretches_of_one_length() -> None:
    people = DOWN.replace("usage_of", "people_using")

    assert mistakes(people.replace("4 weeks", "90 days")) == [
        "6:86 90 days is not a multiple of 7 days. People are counted in stretches of 7 days: write `13 weeks` or `12 weeks`."
    ]
    assert mistakes(people.replace("7 days", "1 hour")) == [
        "6:86 The time before is more than 100 times as long as the one that is looked at. Write `100 hours` or less."
    ]
    assert mistakes(DOWN.replace("4 weeks", "90 days")) == []


def test_one_person_is_no_number_of_people() -> None:
    assert mistakes(DOWN.replace("usage_of", "people_using"), **PERSON) == [
        "6:11 `people_using` counts the people of an account, and this is about one person. Write `usage_of:` for how much one person did."
    ]


def test_usage_needs_no_start() -> None:
    assert told(loaded(rule_with(unless=None, when=f"{{becomes: {{{DOWN}}}}}"))) == []
