"""Days, weeks and months of a place, by example: whose they are, and what clock changes do to them."""

from __future__ import annotations

from typing import Any

import pytest

from firstwin.rules.terms import InLast, This
from tests.match.naive_examples import ACME, DAY, NOW, TICK, change, counts, event, is_so, utc
from tests.match.pool_terms import did


@pytest.mark.parametrize(
    ("unit", "begins"), [("day", "2026-03-10T00:00"), ("week", "2026-03-09T00:00"), ("month", "2026-03-01T00:00")]
)
def test_a_period_begins_at_its_midnight_and_a_week_on_monday(unit: Any, begins: str) -> None:
    assert counts(This(unit), utc(begins))
    assert not counts(This(unit), utc(begins) - TICK)


def test_the_subject_has_its_own_midnight() -> None:
    berlin, midnight = change("account.timezone", "Europe/Berlin"), utc("2026-03-09T23:00")
    assert is_so(did("login", This("day")), ACME, berlin, event("login", midnight))
    assert not is_so(did("login", This("day")), ACME, berlin, event("login", midnight - TICK))


def test_without_a_zone_of_its_own_the_projects_holds_and_then_utc() -> None:
    midnight = utc("2026-03-09T23:00")
    assert counts(This("day"), midnight, zone="Europe/Berlin")
    assert not counts(This("day"), midnight, zone="Mars/Base")
    unknown = change("account.timezone", "Mars/Base")
    assert is_so(did("login", This("day")), ACME, unknown, event("login", midnight), zone="Europe/Berlin")


def test_a_changed_zone_changes_the_period() -> None:
    login = event("login", utc("2026-03-09T23:30"))
    zones = (change("account.timezone", "Europe/Berlin"), change("account.timezone", "UTC", NOW))
    assert is_so(did("login", This("day")), ACME, *zones, login, now=NOW - TICK)
    assert not is_so(did("login", This("day")), ACME, *zones, login)


def test_a_day_of_a_clock_change_is_as_long_as_it_is_there() -> None:
    now = utc("2026-03-29T20:00")  # Berlin lost an hour this morning
    assert counts(This("day"), utc("2026-03-28T23:00"), now=now, zone="Europe/Berlin")
    assert not counts(This("day"), utc("2026-03-28T22:59"), now=now, zone="Europe/Berlin")
    assert counts(InLast(DAY), now - DAY + TICK, now=now, zone="Europe/Berlin")  # but 24 hours are 24 hours


def test_a_midnight_that_is_skipped_is_the_first_minute_after_it() -> None:
    now = utc("2026-09-06T20:00")  # Santiago went from 24:00 to 01:00
    assert counts(This("day"), utc("2026-09-06T04:00"), now=now, zone="America/Santiago")
    assert not counts(This("day"), utc("2026-09-06T03:59"), now=now, zone="America/Santiago")


def test_a_midnight_that_comes_twice_is_the_first() -> None:
    now = utc("2026-11-01T20:00")  # Havana went from 01:00 back to 00:00
    assert counts(This("day"), utc("2026-11-01T04:00"), now=now, zone="America/Havana")
    assert not counts(This("day"), utc("2026-11-01T03:59"), now=now, zone="America/Havana")
