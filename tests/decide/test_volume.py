"""How many nudges of a day are too many."""

from __future__ import annotations

import pytest

from firstwin.decide.volume import too_many


@pytest.mark.parametrize(
    ("today", "busiest", "stops"),
    [(50, 0, False), (51, 0, True), (51, 10, True), (51, 11, False), (500, 100, False), (501, 100, True)],
)
def test_a_rule_stops_at_more_than_fifty_and_five_times_its_busiest_day(today: int, busiest: int, stops: bool) -> None:
    assert bool(too_many(today, busiest)) == stops


def test_it_says_what_it_would_do_and_what_it_did_before() -> None:
    assert too_many(1200, 12) == "it would nudge 1,200 within a day; its busiest day of the last four weeks had 12"
