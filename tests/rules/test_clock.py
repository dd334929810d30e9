"""Rules that begin by the clock."""

from __future__ import annotations

import pytest

from firstwin.rules.clock import DAYS
from firstwin.rules.terms_clock import ClockStart
from tests.rules.given import loaded, rule_with, the_rule, told

MORNING = "{every: monday, at: 09:00, zone: csm}"


def clock(when: str, **lines: str | None) -> str:
    return rule_with(**{"unless": None, "after": None, "when": when, "again": "every time", **lines})


@pytest.mark.parametrize(
    ("written", "start"),
    [
        (MORNING, ClockStart(("monday",), "09:00", "csm")),
        ("{every: day, at: '09:00'}", ClockStart(("day",), "09:00", "account")),
        ("{every: [monday, thursday], at: 17:30, zone: UTC}", ClockStart(("monday", "thursday"), "17:30", "UTC")),
        ("{every: month, at: 00:00, zone: account}", ClockStart(("month",), "00:00", "account")),
        ("{every: weekday, at: 23:59}", ClockStart(("weekday",), "23:59", "account")),
    ],
)
def test_a_clock_is(written: str, start: ClockStart) -> None:
    assert the_rule(clock(written)).when == start


def test_left_out_the_zone_is_the_subjects_own() -> None:
    rule = the_rule(clock("{every: day, at: 09:00}", about="person", then="{email: a, to: person}"))

    assert rule.when == ClockStart(("day",), "09:00", "person")


@pytest.mark.parametrize("day", DAYS)
def test_every_day_is_known(day: str) -> None:
    assert the_rule(clock(f"{{every: {day}, at: 09:00}}")).when == ClockStart((day,), "09:00", "account")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "better"),
    [("9:00", "09:00"), ("9", "09:00"), ("9am", "09:00"), ("9 pm", "21:00"), ("12 am", "00:00"), ("9.30", "09:30"),
     ("09:00:00", "09:00"), ("noon", "12:00"), ("24:00", "00:00"), ("17h30", "17:30"), ("12:15 p.m.", "12:15")],
)  # fmt: skip
def test_a_time_has_two_digits_each(at: str, better: str) -> None:
    (problem,) = told(loaded(clock(f'{{every: day, at: "{at}"}}')))

    assert problem == f"2:24 `{at}` is not a time of day. Write `{better}`."
    assert told(loaded(clock(f"{{every: day, at: {better}}}"))) == []


def test_a_time_without_its_zero_is_told_unquoted_too() -> None:
    assert told(loaded(clock("{every: day, at: 9:00}"))) == ["2:24 `9:00` is not a time of day. Write `09:00`."]
    assert told(loaded(clock("{every: day, at: 9}"))) == ["2:24 `9` is not a time of day. Write `09:00`."]


@pytest.mark.parametrize("at", ["25:00", "9:60", "soon", "{}", "true"])
def test_what_is_no_time_is_told_how_to_write_one(at: str) -> None:
    (problem,) = told(loaded(clock(f"{{every: day, at: {at}}}")))

    assert problem.endswith("is not a time of day. Write hours and minutes, like `09:00` or `17:30`.")


@pytest.mark.parametrize(
    ("day", "better"),
    [
        ("Monday", "Write `monday`."), ("mon", "Write `monday`."), ("mondays", "Write `monday`."),
        ("daily", "Write `day`."), ("1 day", "Write `day`."), ("weekdays", "Write `weekday`."), ("tuesdy", "Write `tuesday`."),
        ("week", "A week has seven days: name one, `every: monday`."), ("weekend", "Write `every: [saturday, sunday]`."),
        ("1 hour", "A clock strikes once a day at most; for what changes sooner write `when: {becomes: …}`."),
        ("year", "Write `every: month`, with an `only_if:` for the month that is meant."),
        ("full moon", "Write `day`, `weekday`, `monday`, `tuesday`, `wednesday`, `thursday`, `friday`, `saturday`, `sunday` or `month`."),
    ],
)  # fmt: skip
def test_a_day_that_is_none_is_told_which_was_meant(day: str, better: str) -> None:
    assert told(loaded(clock(f"{{every: {day}, at: 09:00}}"))) == [
        f"2:15 `{day}` is no day on which a clock strikes. {better}"
    ]


@pytest.mark.parametrize(
    ("zone", "problem"),
    [
        ("utc", "`utc` has no clock. Write `UTC`."),
        ("local", "`local` has no clock. Write `account`."),
        ("Europe/Berlin", "`Europe/Berlin` is one zone for all, and here is said whose clock counts. Write `account`, `person`, `csm` or `UTC`; the project's own zone stands in firstwin.yaml."),
        ("person", "`zone: person`: this rule is about accounts, and an account has many people. Write `zone: account`, or the rule `about: person`."),
    ],
)  # fmt: skip
def test_a_zone_says_whose_clock(zone: str, problem: str) -> None:
    assert told(loaded(clock(f"{{every: day, at: 09:00, zone: {zone}}}"))) == [f"2:37 {problem}"]


def test_a_clock_needs_a_time() -> None:
    assert told(loaded(clock("{every: day}"))) == ["2:7 `at:` is missing. Write the time of day: `at: 09:00`."]


AT_ITS_TIME = (
    "The clock strikes at its own time, and the rule acts then. Take the line out, and write the time that is meant:"
)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ({"after": "2 hours"}, f"3:1 {AT_ITS_TIME} `at: 10:00`."),
        ({"before": "2 hours"}, f"5:1 {AT_ITS_TIME} `at: 08:00`."),
        ({"until": "paid"}, "5:1 A start by the clock ends at once, so there is nothing to end. Write `unless:` in place of `until:`."),
        ({"backfill": "7 days"}, "5:1 What the clock struck before the rule was there is over. Take the line out."),
        ({"unless": "paid"}, "3:9 The clock strikes at this very moment, so nothing can have happened since. Say how far to look back: `{did: …, in_last: 7 days}`, for example."),
        ({"then": "{record: a}"}, "3:7 A milestone is reached when something has become true, and not at a time of day. Start the rule with `when: {becomes: …}`."),
        ({"then": "{email: a, to: actor}"}, "3:22 `to: actor` is who did the event that started the rule, and this start is no event. Write `to: contact` or `to: {role: owner}`."),
        ({"only_if": "{start.x: 1}"}, "5:11 This start has no `start.x`. Only an event carries data."),
    ],
)  # fmt: skip
def test_what_has_no_place_beside_a_clock_is_refused(lines: dict[str, str | None], problem: str) -> None:
    assert told(loaded(clock(MORNING, **lines))) == [problem]


def test_a_step_of_a_clock_is_not_repeated() -> None:
    steps = "{one: {every: 2 days, at_most: 3, then: {email: a, to: contact}}}"

    assert told(loaded(clock(MORNING, then=None, steps=steps))) == [
        "4:15 The clock itself comes again and again. Say in `when:` on which days: `every: [monday, thursday]`."
    ]


def test_it_depends_on_the_zone() -> None:
    assert loaded(clock("{every: day, at: 09:00}")).reads["x"] >= {"firstwin.account.timezone"}
    assert loaded(clock(MORNING)).reads["x"] >= {"firstwin.account.csm"}
