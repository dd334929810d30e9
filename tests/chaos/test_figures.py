"""What must hold, and whether it does."""

from __future__ import annotations

import pytest

from tests.chaos.figures import Found, Limit, at_least, at_most, none, told


@pytest.mark.parametrize(
    ("limit", "kept"),
    [
        (Limit("lost", "is", 0), True),
        (Limit("lost", "is", 1), False),
        (Limit("seconds", "at most", 5), True),
        (Limit("seconds", "at most", 4.9), False),
        (Limit("seconds", "at least", 5), True),
        (Limit("seconds", "at least", 6), False),
        (Limit("never measured", "at most", 5), False),
    ],
)
def test_a_limit_is_kept_or_missed(limit: Limit, kept: bool) -> None:
    assert limit.is_kept({"lost": 0, "seconds": 5.0}) is kept


def test_a_row_is_good_when_every_limit_is_kept_and_nothing_went_wrong() -> None:
    assert Found({"lost": 0}, none("lost")).is_good
    assert not Found({"lost": 0}, none("lost"), trouble="the sink did not start").is_good
    missed = Found({"lost": 1, "a second": 40}, (*none("lost"), *at_least(a_second=50), *at_most(a_second=60)))
    assert missed.missed == ("lost 0", "a second ≥ 50")


def test_figures_are_told_as_people_read_them() -> None:
    assert (
        told({"deliveries": 10_000, "extra a kill": 1.28, "seconds": 31.0})
        == "10,000 deliveries, 1.3 extra a kill, 31 seconds"
    )
