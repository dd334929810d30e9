"""Lengths of time: what is accepted, what is told, and how they are said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.rules.durations import LONGEST, NotADuration, parse_duration, say_duration

MINUTES = st.integers(1, LONGEST // timedelta(minutes=1))


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ("30 minutes", timedelta(minutes=30)),
        ("1 minute", timedelta(minutes=1)),
        ("24 hours", timedelta(days=1)),
        ("1 day", timedelta(days=1)),
        ("7 days", timedelta(days=7)),
        ("4 weeks", timedelta(days=28)),
        ("1 weeks", timedelta(days=7)),
        ("3650 days", LONGEST),
    ],
)
def test_a_number_and_a_word_is_a_length_of_time(written: str, length: timedelta) -> None:
    assert parse_duration(written) == length


@pytest.mark.parametrize(
    ("written", "better"),
    [
        ("7d", "`7 days`"),
        ("7  days", "`7 days`"),
        ("7-days", "`7 days`"),
        ("24h", "`24 hours`"),
        ("24 Hours", "`24 hours`"),
        ("90 min", "`90 minutes`"),
        ("024 hours", "`24 hours`"),
        ("1.5 hours", "`90 minutes`"),
        ("0,5 days", "`12 hours`"),
        ("two weeks", "`2 weeks`"),
        ("a day", "`1 day`"),
        ("1 month", "`30 days`"),
        ("3 months", "`90 days`"),
        ("2 quarters", "`26 weeks`"),
        ("1 year", "`52 weeks`"),
        ("522 weeks", "`3650 days`"),
        ("3651 days", "`3650 days`"),
        ("11 years", "`3650 days`"),
    ],
)
def test_another_spelling_is_refused_with_the_right_one(written: str, better: str) -> None:
    found = parse_duration(written)

    assert isinstance(found, NotADuration)
    assert better in found.suggestion


@pytest.mark.parametrize(
    "written",
    ["soon", "", " ", "days", "7", "7 7", "seven-ish days", "7 fortnights", "30 seconds", "-3 days", "٣ days"],
)
def test_what_is_no_length_of_time_is_refused_in_a_sentence(written: str) -> None:
    found = parse_duration(written)

    assert isinstance(found, NotADuration)
    assert found.message.endswith(".")


@pytest.mark.parametrize("written", [0, "0 days", "0h", 0.0])
def test_zero_is_left_out(written: object) -> None:
    found = parse_duration(written)

    assert isinstance(found, NotADuration)
    assert found.suggestion.startswith("Leave the line out")


@pytest.mark.parametrize("written", [True, None, [], {}, -1, 1.5, float(10**9)])
def test_other_values_are_refused_too(written: object) -> None:
    assert isinstance(parse_duration(written), NotADuration)


def test_a_bare_number_asks_for_its_word() -> None:
    assert parse_duration(24) == NotADuration("`24` of what?", "Write `24 minutes`, `24 hours` or `24 days`.")


@given(MINUTES)
def test_what_is_said_is_read_again_as_the_same(minutes: int) -> None:
    length = timedelta(minutes=minutes)

    assert parse_duration(say_duration(length)) == length


@given(st.text() | st.integers() | st.floats() | st.none() | st.booleans())
def test_anything_is_a_length_of_time_or_a_reason(written: object) -> None:
    assert isinstance(parse_duration(written), timedelta | NotADuration)


@given(st.from_regex(r"[1-9][0-9]{0,2} ?(m|min|h|hours?|d|day|Days|w|weeks|months?|years?)", fullmatch=True))
def test_every_suggested_spelling_is_accepted(written: str) -> None:
    found = parse_duration(written)

    if isinstance(found, NotADuration):
        assert isinstance(parse_duration(found.suggestion.split("`")[1]), timedelta)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(hours=4), "4 hours"),
        (timedelta(days=1), "24 hours"),
        (timedelta(days=2), "48 hours"),
        (timedelta(days=3), "3 days"),
        (timedelta(days=14), "14 days"),
        (timedelta(days=30), "30 days"),
        (timedelta(weeks=8), "8 weeks"),
        (timedelta(days=3, minutes=1), "4321 minutes"),
        (timedelta(seconds=59), "less than a minute"),
    ],
)
def test_a_length_is_said_in_the_unit_that_reads_best(length: timedelta, said: str) -> None:
    assert say_duration(length) == said
