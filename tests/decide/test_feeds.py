"""When an event that a rule waits for counts as no longer arriving."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.decide.feeds import Feed, is_broken, is_stale, why_held
from firstwin.rules.waits import Awaited
from tests.decide.cases import NOW

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("seen", "silent", "gap", "stale"),
    [
        (50, HOUR, MINUTE, False),
        (50, HOUR + timedelta(microseconds=1), MINUTE, True),
        (49, 100 * HOUR, MINUTE, False),
        (50, 24 * HOUR, 8 * HOUR, False),
        (50, 24 * HOUR + timedelta(microseconds=1), 8 * HOUR, True),
        (50, 21 * MINUTE, 5 * MINUTE, False),
        (0, HOUR, MINUTE, False),
    ],
)
def test_stale_is_a_silence_three_times_as_long_as_ever_and_longer_than_an_hour(
    seen: int, silent: timedelta, gap: timedelta, stale: bool
) -> None:
    assert is_stale(Feed("login", seen, NOW - silent if seen else None, gap), NOW) == stale


def held(*awaited: Awaited, **feeds: Feed) -> str:
    return why_held(awaited, lambda name: feeds.get(name, Feed(name)), NOW)


FRESH = Feed("login", 50, NOW - MINUTE, MINUTE)
STALE = Feed("login", 50, NOW - 5 * HOUR, MINUTE)


def test_what_arrives_holds_nothing() -> None:
    assert held(Awaited(("login",)), login=FRESH) == ""
    assert held() == ""


def test_what_never_arrived_holds_and_says_so() -> None:
    why = held(Awaited(("login",)))
    assert why == "no login has ever come in"
    assert not is_broken(why)


def test_what_has_stopped_holds_and_says_since_when() -> None:
    why = held(Awaited(("login",)), login=STALE)
    assert why == "no login has come in from anybody since 2026-03-02 04:00 UTC"
    assert is_broken(why)
    assert is_broken(f"no paid has ever come in; {why}")


def test_of_several_one_that_never_came_is_no_reason_but_one_that_stopped_is() -> None:
    both = Awaited(("login", "session"))
    assert held(both, login=FRESH) == ""
    assert held(both, login=STALE) != ""
    assert held(both, login=STALE, session=FRESH) != ""
    assert held(both) == "no login or session has ever come in"
