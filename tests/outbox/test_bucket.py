"""A rate is kept whoever asks, and however often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.outbox.bucket import AT_ONCE, Flow, admit

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_one_goes_and_the_next_waits_for_its_time() -> None:
    first = admit(None, 1, 500, NOON)
    assert (first.count, first.wait) == (1, SECOND)
    assert admit(first.next_free, 1, 500, NOON + SECOND / 4).wait == SECOND * 3 / 4
    assert admit(first.next_free, 1, 500, NOON + SECOND / 4).count == 0
    assert admit(first.next_free, 1, 500, NOON + SECOND).count == 1


def test_time_that_nobody_used_is_not_saved_up() -> None:
    assert admit(NOON - timedelta(hours=1), 1, 500, NOON).count == 1


def test_a_high_rate_lets_a_few_through_together() -> None:
    admitted = admit(None, 200, 500, NOON)
    assert (admitted.count, admitted.wait) == (20, SECOND / 10)
    assert admit(None, 200, 3, NOON).count == 3


@given(
    st.sampled_from([0.1, 0.5, 1.0, 2.0, 3.0, 7.5, 40.0]),
    st.lists(st.tuples(st.integers(0, 1500), st.integers(1, 50)), max_size=80),
)
def test_over_any_ten_seconds_no_more_go_than_the_rate_and_one_group(rate: float, asks: list[tuple[int, int]]) -> None:
    now, next_free, went = NOON, None, []
    for after, wanted in asks:
        now += timedelta(milliseconds=after)
        admitted = admit(next_free, rate, wanted, now)
        next_free = admitted.next_free
        went += [now] * admitted.count
    group = max(1, int(rate / 10))
    for first in went:
        assert sum(first <= at <= first + 10 * SECOND for at in went) <= rate * 10 + group


@pytest.mark.parametrize(("rate", "most"), [(None, 256), (0.1, 1), (1, 4), (2, 8), (1000, 256)])
def test_no_more_is_leased_than_can_go_soon(rate: float | None, most: int) -> None:
    assert Flow(rate).most(256) == most
    assert AT_ONCE.most(256) == 256
