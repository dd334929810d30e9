"""rules/segments.yaml."""

from __future__ import annotations

from firstwin.rules.library import load_library
from firstwin.rules.terms import All, Comparison, Named, Property, PropertyName
from tests.rules.given import rule_with

PRO = Property(PropertyName("account", "plan"), (Comparison("is", ("pro",)),))
USES = rule_with(only_if="{segment: b}").encode()


def segments(text: str) -> list[str]:
    library = load_library({"rules/segments.yaml": text.encode(), "rules/x.yaml": USES})
    return [str(problem) for problem in library.problems]


def test_a_segment_may_build_on_one_that_stands_below_it() -> None:
    text = "b: {all: [{segment: a}, {account.plan: pro}]}\na: {account.plan: pro}\n"
    library = load_library({"rules/segments.yaml": text.encode(), "rules/x.yaml": USES})
    rule = library.rule("x")

    assert library.problems == ()
    assert rule is not None
    assert rule.only_if == Named("b", All((Named("a", PRO), PRO)))
    assert list(library.segments) == ["a", "b"]


def test_a_circle_of_segments_is_refused() -> None:
    assert segments("a: {segment: b}\nb: {segment: a}\n") == [
        "rules/segments.yaml:1:1 These segments go round in a circle: a → b → a. Write one of them without the others."
    ]


def test_a_mistake_in_a_segment_is_told_once_and_not_where_it_is_used() -> None:
    assert segments("b: {account.plan: {gt: 1}}\n") == [
        "rules/segments.yaml:1:20 A comparison has no `gt`. Did you mean `more_than`?"
    ]


def test_all_segments_with_mistakes_are_told() -> None:
    text = "b: {did: x, since: start}\nC D: {account.plan: pro}\ne: {segment: f}\nstart: {start.x: 1}\n"

    assert [problem.removeprefix("rules/segments.yaml:") for problem in segments(text)] == [
        "1:20 `since: start` has nothing to count from: there is no start yet inside a segment. Write `in_last: 14 days` or `since: ever`, for example.",
        "2:1 warning: No rule uses the segment `C D`. Take it out, or use it.",
        "2:1 `C D` cannot be the name of a segment: use small letters, digits, `-` and `_`. Write `c-d`.",
        "3:1 warning: No rule uses the segment `e`. Take it out, or use it.",
        "3:14 There is no segment `f` in rules/segments.yaml. It holds `b`, `e` and `start`.",
        "4:1 warning: No rule uses the segment `start`. Take it out, or use it.",
        "4:9 `start.x`: there is no start yet inside a segment. Use a property of the account (`account.…`) or of the person.",
    ]


def test_a_segment_that_nobody_uses_raises_a_doubt() -> None:
    assert segments("b: {account.plan: pro}\nold: {account.plan: pro}\n") == [
        "rules/segments.yaml:2:1 warning: No rule uses the segment `old`. Take it out, or use it."
    ]


def test_a_list_is_not_a_set_of_segments() -> None:
    (problem,) = [problem for problem in segments("- a\n") if problem.startswith("rules/segments.yaml")]

    assert (
        problem
        == "rules/segments.yaml:1:1 Here names of segments are needed. Write a name and its condition: `at-risk: {account.health: {at_most: 50}}`."
    )
