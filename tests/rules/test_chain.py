"""Rules that begin when another one has nudged."""

from __future__ import annotations

from firstwin.rules.terms import EventStart
from tests.rules.given import loaded, rule_with, the_rule, told

FIRST = rule_with()


def chained(to: str = "first", **lines: str | None) -> str:
    return rule_with(when=f"{{nudged: {to}}}", **lines)


def test_a_chain_begins_with_a_nudge() -> None:
    assert the_rule(chained(), first=FIRST).when == EventStart(("firstwin.nudged.first",))
    both = the_rule(chained("[first, other]"), first=FIRST, other=rule_with(again="every time"))
    assert both.when == EventStart(("firstwin.nudged.first", "firstwin.nudged.other"))


def test_a_rule_that_is_not_there_may_be_meant_otherwise() -> None:
    assert told(loaded(chained("frist"), first=FIRST)) == ["2:16 There is no rule `frist`. Did you mean `first`?"]
    assert told(loaded(chained("[first, zzz]"), first=FIRST)) == [
        "2:24 There is no rule `zzz`. Write the file rules/zzz.yaml."
    ]


def test_a_rule_that_cannot_be_read_is_there_all_the_same() -> None:
    assert told(loaded(chained(), first="{")) == []


def test_a_chain_stays_with_one_kind_of_subject() -> None:
    people = rule_with(about="person", then="{email: a, to: person}")

    assert told(loaded(chained(), first=people)) == [
        "2:16 `first` nudges people, and this rule is about accounts. Write the rule `about: person`."
    ]


def test_a_circle_is_refused() -> None:
    assert told(loaded(chained("x"))) == [
        "2:16 The rule cannot begin with its own nudge. Begin one of them in another way; for several messages in a row write `steps:`."
    ]
    library = loaded(chained("a"), a=chained("x"))
    (problem,) = library.problems
    assert str(problem) == (
        "rules/a.yaml:2:16 These rules wait for each other: a → x → a."
        " Begin one of them in another way; for several messages in a row write `steps:`."
    )


def test_a_circle_of_a_nudge_and_a_milestone_is_refused() -> None:
    recorder = rule_with(when="{nudged: x}", unless=None, then="{record: won}")
    library = loaded(rule_with(unless="won"), recorder=recorder)

    (problem,) = library.problems
    assert "These rules wait for each other: recorder → x → recorder." in str(problem)


def test_the_rule_that_nudges_stands_first() -> None:
    library = loaded(rule_with(), a=chained("x"))

    assert [rule.id for rule in library.rules] == ["x", "a"]


def test_what_a_nudge_carries_can_be_asked_and_nothing_else() -> None:
    assert told(loaded(chained(only_if="{start.step: week}"), first=FIRST)) == []
    assert told(loaded(chained(unless=None, only_if="{start.amount: 1}"), first=FIRST)) == [
        "6:11 This start has no `start.amount`. It has `start.step` and `start.channel`."
    ]
