"""Mistakes in files of rule tests, and what each is told."""

from __future__ import annotations

import pytest

from firstwin.rules.ruletest import RuleTest
from firstwin.rules.ruletest_file import read_ruletests

FILE = "rules/tests/x.yaml"
TEST = """\
- test: it works
  rule: first-login
  events:
    - 2026-03-27 09:00 signed_up
  expect: nothing
"""


def told(text: str) -> list[str]:
    tests, problems = read_ruletests(FILE, text.encode())
    assert bool(tests) is not bool(problems)
    return [str(problem).removeprefix(f"{FILE}:") for problem in problems]


def with_event(line: str) -> str:
    return TEST.replace("2026-03-27 09:00 signed_up", line)


def with_line(line: str) -> str:
    return TEST.replace("  expect: nothing", f"  {line}\n  expect: nothing")


def expecting(line: str) -> str:
    return TEST.replace("expect: nothing", line)


WANTED = "Write `expect: nothing`, or a list of `{email: welcome, to: ada, at: 2026-03-27 09:00}`."
LINE = "Write the time and the event: `2026-03-27 09:00 signed_up`."
MISTAKES = {
    "signed_up": ["1:1 A file of rule tests is a list. Begin each test with `- test: …`, and write its other words below, indented."],
    "- one\n": ["1:3 A rule test needs more than one value. A test begins with `- test:`, then `rule:`, `given:`, `events:` and `expect:`."],
    TEST.replace("rule:", "rul:"): ["2:3 A rule test has no `rul`. Did you mean `rule`?"],
    TEST.replace("events:", "when:"): [
        "3:3 A rule test has no `when`. Did you mean `events`?",
    ],
    TEST.replace("  events:\n    - 2026-03-27 09:00 signed_up\n", ""): [
        "1:3 Nothing says when this takes place. Write `events:`, or `rule_since: 2026-03-27 09:00`."
    ],
    TEST.replace("it works", ""): ["1:3 `test:` has no value. Write in a sentence what the test shows."],
    TEST.replace("first-login", "First Login"): ["2:9 `First Login` cannot be the name of a rule: use small letters, digits, `-` and `_`. Write `first-login`."],
    with_event("2026-03-27 9:00 signed_up"): ["4:7 `2026-03-27 9:00` is not a time. Write `2026-03-27 09:00 signed_up`, with two digits each."],
    with_event("2026-03-27 signed_up"): ["4:7 `2026-03-27 signed_up` does not say at what time of that day. Write `2026-03-27 09:00 signed_up`, for example; it is UTC."],
    with_event("{at: 2026-03-27, event: signed_up}"): ["4:12 `2026-03-27` does not say at what time of that day. Write `2026-03-27 09:00`, for example; it is UTC."],
    with_event("{at: 2026-3-27 9:00, event: signed_up}"): ["4:12 `2026-3-27 9:00` is not a time. Write `2026-03-27 09:00`; it is UTC."],
    with_event("{at: 9:00, event: signed_up}"): ["4:12 `9:00` is not a time. Write it like `2026-03-27 09:00`; it is UTC."],
    with_event("2026-03-27 09:00"): [f"4:7 `2026-03-27 09:00` does not say what happened when. {LINE}"],
    with_event("signed_up"): [f"4:7 `signed_up` does not say what happened when. {LINE}"],
    with_event("2026-02-30 09:00 signed_up"): ["4:7 `2026-02-30 09:00` is a time that no calendar has. Write it like `2026-03-27 09:00`; it is UTC."],
    with_event("{at: 2026-03-27 09:00}"): [
        "4:7 It does not say what happened. Write `event: signed_up`; `group: {plan: pro}` and `identify: {role: owner}` change properties."
    ],
    with_event("{at: 2026-03-27 09:00, event: x, every: 1 day}"): [
        "4:40 `every:` does not say how often. Write `times: 12` beside it."
    ],
    with_event("{at: 2026-03-27 09:00, event: x, times: 3}"): ["4:40 `times:` does not say how far apart. Write `every: 7 days` beside it."],
    with_event("{at: 2026-03-27 09:00, event: x, times: 1, every: 1 day}"): [
        "4:47 `1` is not how often it happens. Write a number from `2` to `1000`."
    ],
    with_event("{at: 2026-03-27 09:00, did: signed_up}"): ["4:30 An event has no `did`. Did you mean `event`?"],
    with_event("{at: 2026-03-27 09:00, event: x, group: {plan: pro}}"): ["4:40 `event` and `group` are two things that happen. Make two of it."],
    with_event("{at: 2026-03-27 09:00, group: {plan: pro}, props: {a: 1}}"): ["4:50 Only an event has `props`. Write `group: {name: value}`."],
    with_event("{event: signed_up}"): ["4:7 `at:` is missing. Write when it happened: `at: 2026-03-27 09:00`."],
    TEST.replace("\n    - 2026-03-27 09:00 signed_up", " signed_up"): [
        "3:11 `signed_up` is not a list of what happened. Write each in a line of its own below `events:`: `- 2026-03-27 09:00 signed_up`."
    ],
    with_line("sent_at: tomorrow"): ["5:12 `tomorrow` is not a time. Write it like `2026-03-27 09:00`; it is UTC."],
    with_line("given: {account: 3}"): ["5:20 `3` is not a set of properties. Write `{id: a1, plan: pro}`."],
    with_line("given: {account: {account.mrr: 3}}"): ["5:20 `account.mrr`: here properties stand without `account.`. Write `mrr`."],
    with_line("given: {person: {email: x}}"): ["5:19 A person needs an id. Write `{id: ada, email: ada@example.com}`."],
    with_line("given: {person: {id: a}, people: [{id: b}]}"): ["5:28 `person` and `people` exclude each other. Put all of them into the list."],
    with_line("given: {acount: {id: a1}}"): ["5:11 `given` has no `acount`. Did you mean `account`?"],
    expecting("expect: noting"): [f"5:11 `noting` is not what can be expected. {WANTED}"],
    expecting("expect: []"): [f"5:11 A list is not what can be expected. {WANTED}"],
    expecting("expect: [welcome]"): [f"5:12 What is expected needs more than one value. {WANTED}"],
    expecting("expect: [{}]"): [f"5:12 Here is nothing. {WANTED}"],
    expecting("expect: {mail: welcome}"): ["5:12 What is expected has no `mail`. Did you mean `email`?"],
    expecting("expect: {email: a, alert: b}"): ["5:22 `email` and `alert` are different things. Make a line of each."],
    expecting("expect: {sends: something}"): ["5:19 `something` is not one of the choices. Write `nothing`. Did you mean `nothing`?"],
    expecting("expect: {email: a}\n  because: again"): ["6:3 `because` beside `expect` says why nothing comes. Move it into the line that it is about."],
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_told_with_its_place(text: str) -> None:
    assert told(text) == MISTAKES[text]


def test_a_mistake_in_one_test_leaves_the_others() -> None:
    tests, problems = read_ruletests(FILE, (TEST.replace("rule:", "rul:") + TEST.replace("works", "runs")).encode())
    assert [one.test.test for one in tests] == ["it runs"]
    assert [(one.file, one.line) for one in tests] == [(FILE, 6)]
    assert len(problems) == 1


def test_two_tests_have_two_names() -> None:
    _, problems = read_ruletests(FILE, (TEST + TEST).encode())
    assert [str(problem) for problem in problems] == [
        f"{FILE}:6:9 There is a test with this name in line 1. Give each a name that says what it alone shows."
    ]


def test_times_are_utc_unless_they_say_otherwise() -> None:
    assert _test("2026-03-27 09:00+02:00 Order Completed").events[0].at.isoformat() == "2026-03-27T07:00:00+00:00"
    assert _test("2026-03-27T09:00:30Z signed_up").events[0].at.isoformat() == "2026-03-27T09:00:30+00:00"
    assert _test("2026-03-27T09:00 Order Completed").events[0].event == "Order Completed"


def _test(event: str) -> RuleTest:
    tests, problems = read_ruletests(FILE, with_event(event).encode())
    assert problems == ()
    return tests[0].test
