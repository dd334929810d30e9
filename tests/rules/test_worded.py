"""Comparisons that are written as texts."""

from __future__ import annotations

import pytest

from firstwin.rules.worded import any_event, meant_property, worded


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("at_least 3", "{at_least: 3}"),
        ("at_most: 1,000", "{at_most: 1,000}"),
        ("less than 50%", "{less_than: 50%}"),
        ("in_last 7 days", "{in_last: 7 days}"),
        ("in the last 7 days", "{in_last: 7 days}"),
        ("older than 4 weeks", "{older_than: 4 weeks}"),
        ("is not free", "{is_not: free}"),
        ("exists false", "{exists: false}"),
        ("exactly 3", "3"),
    ],
)
def test_what_is_meant_is_told(text: str, meant: str) -> None:
    told = worded(text)
    assert told is not None
    assert f"Write `{meant}`." in told[1]


@pytest.mark.parametrize("text", ["pro", "at least pro", "more than a few", "over 100", "not free", "existing", "last"])
def test_other_texts_are_texts(text: str) -> None:
    assert worded(text) is None


@pytest.mark.parametrize("name", ["any event", "Anything", "*"])
def test_no_name_stands_for_every_event(name: str) -> None:
    told = any_event(name)
    assert told is not None
    assert told[0] == f"`{name}` is no event: events are named one by one."


@pytest.mark.parametrize("name", ["any_event_fired", "logged_in"])
def test_a_name_that_only_begins_so_is_a_name(name: str) -> None:
    assert any_event(name) is None


def test_the_owner_of_a_property_may_be_misspelt() -> None:
    owners = ("account", "person", "start")
    names = [
        meant_property(name, owners) for name in ("acount.plan", "persn.role", "plan", "account.plan", "zebra.plan")
    ]
    assert names == ["account.plan", "person.role", None, None, None]
