"""`done`, `open` and `latest`: every spelling, what it means, and mistakes in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.rules.terms import All, Comparison, Count, Done, Ever, Existed, InLast, Latest, Open, Reached, Where
from tests.rules.given import condition, loaded, rule_with, told, with_gate

PARTS = (Count(("a",), Ever()), Count(("b c",), Ever()), Reached("activated"))
WEEK = InLast(timedelta(days=7))
PRO = (Where("plan", (Comparison("is", ("pro",)),)),)


@pytest.mark.parametrize(
    ("written", "term"),
    [
        ("{done: [a, b c, activated], at_least: 1}", Done(PARTS, 1)),
        ("{done: [a, b c, activated], at_least: 1, at_most: 2}", Done(PARTS, 1, 2)),
        ("{done: [a, b c, activated], at_most: 1}", Done(PARTS, None, 1)),
        ("{done: [a, b c, activated], exactly: 2}", Done(PARTS, 2, 2)),
        ("{open: a, closed_by: b, per: x}", Open(("a",), ("b",), "x", 1, None)),
        ("{open: [a, c], closed_by: [b, d], per: x, at_least: 3}", Open(("a", "c"), ("b", "d"), "x", 3, None)),
        ("{open: a, closed_by: b, per: x, at_most: 3}", Open(("a",), ("b",), "x", None, 3)),
        ("{open: a, closed_by: b, per: x, exactly: 3}", Open(("a",), ("b",), "x", 3, 3)),
        ("{open: a, closed_by: b, per: x, where: {plan: pro}}", Open(("a",), ("b",), "x", 1, None, PRO)),
        ("{open: a, closed_by: b, per: x, in_last: 7 days}", Open(("a",), ("b",), "x", 1, None, window=WEEK)),
        (
            "{open: a, closed_by: b, per: x, at_most: 2, in_last: 7 days}",
            All((Open(("a",), ("b",), "x", None, 2, window=WEEK), Existed(WEEK))),
        ),
        ("{latest: a, where: {plan: pro}}", Latest(("a",), PRO)),
        ("{latest: [a, b], where: {plan: pro}}", Latest(("a", "b"), PRO)),
    ],
)
def test_what_looks_at_all_there_ever_was(written: str, term: object) -> None:
    assert condition(written) == term


@pytest.mark.parametrize(
    "written",
    ["{done: [a, b], at_least: 1}", "{open: a, closed_by: b, per: x}", "{latest: a, where: {plan: pro}}"],
)
def test_they_stand_in_states_and_segments_too(written: str) -> None:
    assert told(loaded(rule_with(when=f"{{becomes: {written}}}", unless=None))) == []
    assert told(loaded(with_gate("only_if: {segment: s}"), segments=f"s: {written}")) == []


MISTAKES: dict[str, list[str]] = {
    "{done: a, at_least: 1}": [
        "4:17 `done:` counts in a list of several, and here is one. Write `{did: …, since: ever}`, or `{reached: …}` for a milestone.",
    ],
    "{done: [a, b]}": [
        "4:11 `done:` does not say how many of them. Write `at_least: 2` for all of them, `at_least: 1` for any.",
    ],
    "{done: [a, a], at_least: 1}": [
        "4:21 `a` stands twice in the list. Take one out.",
    ],
    "{done: [a, b, c], at_least: 4}": [
        "4:38 The list has only 3. Write `at_least: 3` for all of them.",
    ],
    "{done: [a, b, c], at_most: 3}": [
        "4:37 At most 3 of 3 is always true. Write a number below 3, or take it out.",
    ],
    "{done: [a, b, c], at_most: 0}": [
        "4:37 That there is none is said with `none:`. Write `none: [{done: …, at_least: 1}]`.",
    ],
    "{done: [a, b, c], at_least: 2, at_most: 1}": [
        "4:50 At least 2 and at most 1 is never true. Write `at_least: 1` and `at_most: 2`.",
    ],
    "{done: [a, b, c], at_least: 2, in_last: 7 days}": [
        "4:41 `done` looks at all there ever was, so `in_last:` has no place here. Take it out; or join conditions: `any: [{did: …, in_last: 14 days}, …]` with `at_least: 2`.",
    ],
    "{done: [a, b, c], at_least: 50%}": [
        "4:38 `50%` is a share, and here a number of times is asked for. Write a number like `3`.",
    ],
    "{open: a}": [
        "4:10 `closed_by:` is missing. Write the event that closes it, like `closed_by: ticket_resolved`.",
        "4:10 `per:` is missing. Write the property that tells one from another, like `per: ticket_id`.",
    ],
    "{open: a, closed_by: b}": [
        "4:10 `per:` is missing. Write the property that tells one from another, like `per: ticket_id`.",
    ],
    "{open: a, closed_by: a, per: x}": [
        "4:31 `a` cannot open and close. Name the event that closes what the other opened.",
    ],
    "{open: a, closed: b, id: x}": [
        "4:20 `open` has no `closed`. Did you mean `closed_by`?",
        "4:31 `open` has no `id`. Did you mean `per`?",
    ],
    "{open: a, closed_by: b, per: x, this: week}": [
        "4:42 `open` looks at all there ever was, so `this:` has no place here. Take it out, or write `in_last: 90 days` for what was opened so lately.",
    ],
    "{open: a, closed_by: b, per: x, at_most: 0}": [
        "4:51 That there is none is said with `none:`. Write `none: [{open: …}]`.",
    ],
    "{open: a, closed_by: b, per: x, filter: {y: 1}}": [
        "4:42 `open` has no `filter`. Did you mean `where`?",
    ],
    "{latest: a}": [
        "4:10 `where:` is missing. Write what the newest one must carry, like `where: {plan: pro}`; that there is one is said with `did:`.",
    ],
    "{latest: a, where: {x: 1}, in_last: 7 days}": [
        "4:37 `latest` looks at all there ever was, so `in_last:` has no place here. To ask how old it may be, join two: `all: [{latest: …}, {did: …, in_last: 14 days}]`.",
    ],
    "{latest: a, where: {x: 1}, at_least: 7}": [
        "4:37 There is one latest, so `at_least:` has nothing to count. Take it out, or count with `did:`.",
    ],
    "{latest: a, where: {x: {in_last: 3 days}}}": [
        "4:34 `in_last:` moves with the clock, and an event's own properties do not change any more. Say how far back the event lies with the window: `in_last: 14 days`.",
    ],
    "{latest: a, with: {x: 1}}": [
        "4:22 `latest` has no `with`. Did you mean `where`?",
    ],
}


@pytest.mark.parametrize("written", MISTAKES)
def test_a_mistake_is_told_with_what_to_write(written: str) -> None:
    assert told(loaded(with_gate(f"only_if: {written}"))) == MISTAKES[written]


def test_a_milestone_in_a_list_must_be_one_of_the_same_subject() -> None:
    gate = "{done: [a, activated], at_least: 1}"
    (problem,) = told(loaded(rule_with(about="person", unless=gate, then="{record: m}")))

    assert problem.startswith("4:20 `activated` is a milestone of accounts, and this rule is about people.")


def test_a_list_that_the_start_itself_begins_is_refused() -> None:
    (problem,) = told(loaded(rule_with(unless="{done: [signed_up, b], at_least: 1}")))

    assert problem.startswith("4:1 The start itself is what this excludes")
    assert told(loaded(rule_with(unless="{done: [signed_up, b], at_least: 2}"))) == []


@pytest.mark.parametrize("name", ["a", "closer"])
def test_milestones_open_and_close_nothing(name: str) -> None:
    open_, closer = ("activated", "b") if name == "a" else ("a", "activated")
    (problem,) = told(loaded(with_gate(f"only_if: {{open: {open_}, closed_by: {closer}, per: x}}")))

    assert "`activated` is a milestone" in problem


def test_each_event_of_a_list_is_a_name_that_check_looks_for() -> None:
    library = loaded(
        with_gate(
            "only_if: {all: [{done: [a, b], at_least: 1}, {open: c, closed_by: d, per: x}, {latest: e, where: {x: 1}}]}"
        )
    )

    assert {use.name for use in library.uses if use.kind == "event"} >= {"a", "b", "c", "d", "e"}
