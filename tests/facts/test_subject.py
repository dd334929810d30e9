from __future__ import annotations

from typing import Any

from firstwin.facts.change import Change
from firstwin.facts.moments import iso, named_moment
from firstwin.facts.past import Past
from firstwin.facts.subject import FIRST, Subject

TOKYO, UTC = "Asia/Tokyo", "UTC"
DATE = "2026-05-01"


def subject(traits: dict[str, Any] | None = None, asserted: dict[str, int] | None = None) -> Subject:
    return Subject("account", "a", traits or {}, asserted or {}, UTC)


def heard_of(at: int = 1, **traits: Any) -> Subject:
    new = subject()
    new.say(at, traits)
    new.begin(at)
    return new


def test_a_new_subject_was_created_when_it_was_first_heard_of() -> None:
    new = subject()
    assert new.begin(5) == (Change("created_at", 5, iso(5), 5, inferred=True),)
    assert new.begin(6) == ()
    assert (new.traits, new.asserted) == ({"created_at": iso(5)}, {"created_at": 5, FIRST: 5})


def test_who_says_when_it_was_created_leaves_nothing_to_guess() -> None:
    new = subject()
    assert new.say(5, {"created_at": DATE}) == [Change("created_at", 5, DATE, named_moment(DATE, UTC))]
    assert new.begin(5) == ()


def test_only_what_differs_changes_and_all_that_was_said_is_noted() -> None:
    known = heard_of(plan="free", seats=1)
    assert known.say(5, {"plan": "pro", "seats": 1.0}) == [Change("plan", 5, "pro", None)]
    assert (known.asserted["plan"], known.asserted["seats"]) == (5, 5)


def test_a_property_without_a_value_is_gone_from_the_newest_values() -> None:
    known = heard_of(plan="free")
    assert known.say(5, {"plan": None, "other": None}) == [Change("plan", 5, None, None)]
    assert "plan" not in known.traits


def test_the_zone_is_heard_before_the_dates_beside_it() -> None:
    new = subject()
    assert new.say(5, {"ends": DATE, "timezone": TOKYO})[1] == Change("ends", 5, DATE, named_moment(DATE, TOKYO))


def test_another_zone_moves_the_dates_but_no_moments() -> None:
    known = heard_of(ends=DATE, ends_at=f"{DATE}T00:00:00Z")
    assert known.say(5, {"timezone": TOKYO}) == [
        Change("timezone", 5, TOKYO, None),
        Change("ends", 5, DATE, named_moment(DATE, TOKYO), inferred=True),
    ]


def test_what_is_no_zone_moves_nothing() -> None:
    assert heard_of(ends=DATE).say(5, {"timezone": "Mars/Olympus"}) == [Change("timezone", 5, "Mars/Olympus", None)]


def test_what_is_older_than_what_was_said_makes_it_late() -> None:
    for traits in ({"plan": "pro"}, {"timezone": TOKYO}):
        known = heard_of(10, plan="free")
        assert known.say(5, traits) == []
        assert known.is_late


def test_a_date_that_is_older_than_the_zone_makes_it_late() -> None:
    known = heard_of(10, timezone=TOKYO)
    known.say(5, {"plan": "pro"})
    assert not known.is_late
    known.say(5, {"ends": DATE})
    assert known.is_late


def test_being_heard_of_earlier_than_ever_makes_it_late() -> None:
    known = heard_of(10)
    assert known.begin(5) == ()
    assert known.is_late


def test_late_or_not_what_changes_is_the_same() -> None:
    """With its past in hand a subject tells what it tells without, as long as everything comes in order."""
    story: list[tuple[int, dict[str, Any]]] = [
        (1, {"plan": "free", "ends": DATE}),
        (2, {"plan": "free", "timezone": TOKYO}),
        (3, {"plan": "pro", "timezone": TOKYO, "ends": DATE}),
        (4, {"plan": None, "timezone": None, "created_at": DATE}),
        (4, {"plan": "pro"}),
    ]
    quick, slow = subject(), subject()
    slow.past = Past(UTC, slow.first)
    for at, traits in story:
        assert quick.say(at, traits) == slow.say(at, traits)
        assert list(quick.begin(at)) == list(slow.begin(at))
        assert (quick.traits, quick.asserted) == (slow.traits, slow.asserted)
    assert not quick.is_late


def test_two_who_are_one_need_their_pasts() -> None:
    one, other = heard_of(1, plan="free"), heard_of(2, plan="pro")
    assert one.absorb(other) == []
    assert one.is_late
    assert other.is_late
