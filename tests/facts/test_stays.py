from __future__ import annotations

import time

from firstwin.facts.stays import Placing, Stay, Stays, Told


def stays(*known: Stay, told: list[Told] | None = None, last: int = 0) -> Stays:
    return Stays("p", list(known), told, last)


def test_who_is_seen_in_an_account_is_in_it_from_then_on() -> None:
    person = stays()
    assert person.join("a", 10) == (Told(10, "a", "a"),)
    assert person.current(9) is None
    assert person.current(10) == "a"


def test_being_seen_again_is_no_news() -> None:
    person = stays(Stay("a", 10))
    assert person.join("a", 20) == ()
    assert not person.is_changed


def test_the_account_of_somebody_in_several_is_the_one_joined_last() -> None:
    person = stays(Stay("a", 10), last=10)
    assert person.join("b", 20) == (Told(20, "b", "b"),)
    assert [person.current(at) for at in (15, 25)] == ["a", "b"]


def test_who_leaves_is_in_the_account_joined_before() -> None:
    person = stays(Stay("a", 10), Stay("b", 20), last=20)
    assert person.leave("b", 30) == (Told(30, "b", "a"),)
    assert person.leave("a", 40) == (Told(40, "a", None),)


def test_who_left_may_come_back() -> None:
    person = stays(Stay("a", 10, 20), last=20)
    assert person.join("a", 30) == (Told(30, "a", "a"),)
    assert person.stays == [Stay("a", 10, 20), Stay("a", 30)]


def test_what_comes_late_needs_what_was_told() -> None:
    for person in (stays(Stay("a", 10)), stays(Stay("b", 1), last=10)):
        assert person.join("c", 5) == ()
        assert person.is_late


def test_seen_earlier_than_known_the_stay_began_earlier() -> None:
    person = stays(Stay("a", 10), told=[Told(10, "a", "a")], last=10)
    assert person.join("a", 5) == [Told(5, "a", "a")]
    assert person.stays == [Stay("a", 5)]


def test_a_late_join_corrects_what_was_told_of_later() -> None:
    """In a since 5, in b since 1: told was a at 5. Now it turns out that a was joined before b."""
    person = stays(Stay("b", 1), Stay("a", 5), told=[Told(1, "b", "b"), Told(5, "a", "a")], last=5)
    assert person.join("a", 0) == [Told(0, "a", "a"), Told(5, "a", "b")]
    assert person.current(5) == "b"


def test_a_leave_that_comes_before_its_join_is_remembered() -> None:
    person = stays()
    assert person.leave("a", 20) == ()
    person.told = []
    assert person.join("a", 10) == [Told(10, "a", "a"), Told(20, "a", None)]
    assert person.stays == [Stay("a", 10, 20)]


def test_a_late_leave_ends_what_was_said_of_the_time_after() -> None:
    person = stays(Stay("a", 10), Stay("b", 15), told=[Told(10, "a", "a"), Told(15, "b", "b")], last=15)
    assert person.leave("a", 12) == [Told(12, "a", None)]
    assert person.current(15) == "b"


def test_joining_at_the_moment_of_leaving_counts() -> None:
    person = stays()
    person.leave("a", 10)
    person.join("a", 10)
    assert person.stays == [Stay("a", 10)]


def test_two_who_turn_out_to_be_one_were_in_the_accounts_of_both() -> None:
    person = stays(Stay("a", 10), told=[Told(10, "a", "a")], last=10)
    other = stays(
        Stay("a", 5, 7), Stay("b", 20), told=[Told(5, "a", "a"), Told(7, "a", None), Told(20, "b", "b")], last=20
    )
    person.absorb(other)
    assert person.stays == [Stay("a", 5, 7), Stay("a", 10), Stay("b", 20)]
    assert person.last == 20


def test_two_who_turn_out_to_be_one_are_in_the_account_joined_last() -> None:
    person = stays(Stay("a", 1), Stay("b", 3), told=[Told(1, "a", "a"), Told(3, "b", "b")], last=3)
    other = stays(Stay("a", 5), told=[Told(5, "a", "a")], last=5)
    assert person.absorb(other) == [Told(5, "a", "b")]


def test_an_event_belongs_to_the_only_account_then() -> None:
    person = stays(Stay("a", 10, 20), Stay("b", 30), Stay("c", 40))
    assert [person.place(at) for at in (0, 15, 25, 35, 45)] == ["a", "a", "b", "b", None]


def test_an_event_of_somebody_in_no_account_belongs_nowhere() -> None:
    assert stays().place(5) is None
    assert stays(Stay("a", 10, 10)).place(5) is None
    assert stays(Stay("a", 10, 20)).place(25) is None
    assert stays(Stay("a", 10), Stay("b", 10)).place(5) is None


def test_placings_say_for_each_stretch_of_time_where_events_belong() -> None:
    person = stays(Stay("a", 10, 20), Stay("b", 30), Stay("c", 40))
    assert person.placings() == [
        Placing("p", 0, 10, "a"),
        Placing("p", 10, 20, "a"),
        Placing("p", 20, 30, "b"),
        Placing("p", 30, 40, "b"),
    ]
    for placing in person.placings():
        assert person.place((placing.start + (placing.end or 0)) // 2) == placing.account


def test_of_those_joined_at_the_same_moment_the_last_by_name_counts() -> None:
    person = stays(Stay("z", 5), Stay("b", 10), Stay("c", 10, 20), Stay("a", 10), Stay("d", 30))
    assert [person.current(at) for at in (4, 5, 10, 20, 30)] == [None, "z", "c", "b", "d"]


def test_who_is_in_hundreds_of_accounts_keeps_nobody_waiting() -> None:
    """A service that acts for all of them, say, and whose messages come in no order."""
    person, began = stays(told=[]), time.perf_counter()
    for number in range(700):
        person.join(f"a{number}", number % 60)
    assert time.perf_counter() - began < 5
    assert person.current(59) == "a659"
