from __future__ import annotations

from typing import Any

from firstwin.facts.change import Change
from firstwin.facts.moments import iso, named_moment
from firstwin.facts.past import Past

TOKYO, UTC = "Asia/Tokyo", "UTC"
DATE = "2026-05-01"


def past(*facts: Change, first: int = 1) -> Past:
    """What is known; its creation is left out of sight."""
    known = Past(UTC, first)
    known.remember(Change("created_at", first, iso(first), first, inferred=True))
    for fact in facts:
        known.remember(fact)
    return known


def said(at: int, value: Any, prop: str = "plan") -> Change:
    return Change(prop, at, value, None)


def test_a_late_word_is_a_change_where_the_value_was_another() -> None:
    assert past(said(10, "pro")).say(5, {"plan": "free"}) == [said(5, "free")]
    assert past(said(1, "free")).say(5, {"plan": "free"}) == []


def test_what_was_said_again_becomes_a_change_when_another_value_comes_between() -> None:
    known = past(said(1, "pro"))
    known.remember_said("plan", 10, "pro")
    known.remember_said("plan", 20, "pro")
    assert known.say(5, {"plan": "free"}) == [said(5, "free"), said(10, "pro")]


def test_no_value_said_late_is_a_change_too() -> None:
    known = past(said(1, "pro"))
    known.remember_said("plan", 10, "pro")
    assert known.say(5, {"plan": None}) == [said(5, None), said(10, "pro")]
    assert known.newest("plan") == "pro"


def test_at_the_same_moment_the_later_word_counts() -> None:
    assert past(said(5, "free")).say(5, {"plan": "pro"}) == [said(5, "pro")]


def test_an_inferred_fact_gives_way_to_what_is_said_before_it() -> None:
    """The zone came at 10, and so the date was told again; now somebody says that it had been moved at 5."""
    known = past(Change("ends", 1, DATE, named_moment(DATE, UTC)), Change("timezone", 10, TOKYO, None))
    known.remember(Change("ends", 10, DATE, named_moment(DATE, TOKYO), inferred=True))
    moved = "2026-06-01"
    assert known.say(5, {"ends": moved}) == [
        Change("ends", 5, moved, named_moment(moved, UTC)),
        Change("ends", 10, moved, named_moment(moved, TOKYO), inferred=True),
    ]


def test_a_zone_that_comes_late_moves_the_dates_that_came_after_it() -> None:
    known = past(Change("ends", 10, DATE, named_moment(DATE, UTC)))
    assert known.say(5, {"timezone": TOKYO}) == [
        Change("timezone", 5, TOKYO, None),
        Change("ends", 10, DATE, named_moment(DATE, TOKYO)),
    ]


def test_a_zone_that_was_left_again_moves_only_what_lies_between() -> None:
    known = past(Change("ends", 1, DATE, named_moment(DATE, UTC)), Change("timezone", 20, UTC, None))
    assert known.say(5, {"timezone": TOKYO})[1:] == [
        Change("ends", 5, DATE, named_moment(DATE, TOKYO), inferred=True),
        Change("ends", 20, DATE, named_moment(DATE, UTC), inferred=True),
    ]


def test_heard_of_earlier_it_was_created_earlier() -> None:
    known = past(first=10)
    assert known.begin(5) == [
        Change("created_at", 5, iso(5), 5, inferred=True),
        Change("created_at", 10, iso(5), 5, inferred=True),
    ]


def test_what_was_said_of_the_creation_outlives_a_guess() -> None:
    known = past(Change("created_at", 10, DATE, named_moment(DATE, UTC)), first=10)
    assert known.begin(5) == [Change("created_at", 5, iso(5), 5, inferred=True)]
    assert known.newest("created_at") == DATE


def test_two_pasts_become_one() -> None:
    known, other = past(said(1, "pro"), said(20, "free")), past(said(10, "free"), first=3)
    known.remember_said("plan", 15, "pro")
    assert [change for change in known.absorb(other) if change.prop == "plan"] == [said(15, "pro")]
    assert known.first == 1
