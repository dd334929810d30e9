"""How many mails there is room for, held against somebody who counts all of them over again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from firstwin.rules.caps import Caps
from firstwin.tools.backtest.room import Gone, Room, whose

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def caps(person: tuple[int, int] | None = None, account: tuple[int, int] | None = None) -> Caps:
    """Each as so many mails in so many hours."""
    found = {"person": person, "account": account}
    said = {name: {"at_most": cap[0], "in_last": f"{cap[1]} hours"} for name, cap in found.items() if cap}
    return Caps.model_validate(said)


def mail(hours: float, person: str | None = "ada", address: str | None = "ada@x.example", account: str = "x") -> Gone:
    return whose(NOON + hours * HOUR, person, address, account)


def test_there_is_room_again_when_the_oldest_is_out_of_the_window() -> None:
    room = Room(caps(person=(2, 24)))
    assert [room.takes(mail(hours)) for hours in (0, 1, 23.9, 24, 24.5, 25)] == [True, True, False, True, False, True]


def test_two_people_with_one_address_are_one_reader_and_a_mail_counts_once() -> None:
    room = Room(caps(person=(2, 24)))
    assert room.takes(mail(0, "ada", "ada@x.example"))
    assert room.takes(mail(1, "ada", "ada@x.example"))
    assert not room.takes(mail(2, "ben", "Ada@x.example"))
    assert room.takes(mail(3, "ben", "ben@x.example"))


def test_what_others_got_takes_room_from_then_on() -> None:
    room = Room(caps(person=(1, 24)), [mail(10)])
    assert room.takes(mail(-15))
    assert not room.takes(mail(10))
    assert room.takes(mail(35))


ONE = st.builds(
    mail,
    st.integers(0, 30),
    st.sampled_from(["ada", "ben", None]),
    st.sampled_from(["ada@x.example", "ADA@x.example", "ben@x.example", None]),
    st.sampled_from(["x", "y"]),
)
A_CAP = st.none() | st.tuples(st.integers(1, 3), st.integers(1, 12))


@given(st.lists(ONE, max_size=25), st.lists(ONE, max_size=6), A_CAP, A_CAP)
def test_nobody_gets_more_than_somebody_counts_who_looks_at_all_of_them(
    mails: list[Gone], others: list[Gone], person: tuple[int, int] | None, account: tuple[int, int] | None
) -> None:
    mails.sort(key=lambda one: one.at)
    others.sort(key=lambda one: one.at)
    room, went = Room(caps(person, account), others), list[Gone]()
    for each in mails:
        before = [*went, *(one for one in others if one.at <= each.at)]
        fits = all(
            sum(not set(getattr(one, scope)).isdisjoint(getattr(each, scope)) for one in _since(before, each, cap[1]))
            < cap[0]
            for scope, cap in (("person", person), ("account", account))
            if cap is not None
        )
        assert room.takes(each) == fits
        went += [each] if fits else []


def _since(before: list[Gone], each: Gone, hours: int) -> list[Gone]:
    return [one for one in before if one.at > each.at - hours * HOUR]
