"""Time limits that contradict each other are told before anything is sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.outbox.claim import LEASE
from firstwin.outbox.limits import DEADLINE, LimitsError, limits, must_be_in_order
from firstwin.outbox.limits import LEASE as LEASE_S


@pytest.mark.parametrize("killed_after", [25.1, 30, 59])
def test_in_order_they_are_fine(killed_after: float) -> None:
    must_be_in_order(limits(DEADLINE, killed_after))
    assert timedelta(seconds=LEASE_S) == LEASE


@pytest.mark.parametrize(
    ("deadline", "killed_after", "says", "do"),
    [
        (
            20,
            10,
            "(25 s) must be less than FIRSTWIN_KILLED_AFTER (10 s)",
            "FIRSTWIN_KILLED_AFTER to more than 25 s, set it",
        ),
        (20, 25, "(25 s) must be less than FIRSTWIN_KILLED_AFTER (25 s)", "`stop_grace_period`"),
        (20, 60, "FIRSTWIN_KILLED_AFTER (60 s) must be less than the lease", "FIRSTWIN_KILLED_AFTER to less than 60 s"),
        (25, 30, "`deadline` of a sender (25 s) must be less", "to less than 25 s, set it in firstwin.yaml"),
    ],
)
def test_out_of_order_they_say_which_and_what_to_do(deadline: float, killed_after: float, says: str, do: str) -> None:
    with pytest.raises(LimitsError) as told:
        must_be_in_order(limits(deadline, killed_after))
    assert says in str(told.value)
    assert do in str(told.value)
