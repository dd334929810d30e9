"""How long each channel waits between attempts."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from firstwin.outbox.schedule import WAITS, wait_before_next, wait_for_free

SECONDS = {
    "webhook": [0, 5, 300, 1800, 7200, 18000, 36000, 36000],
    "email": [0, 30, 300, 1800, 7200, 21600],
    "alert": [0, 5, 30, 120, 600, 3600],
}


@pytest.mark.parametrize("channel", SECONDS)
def test_the_schedule_of_a_channel(channel: str) -> None:
    waits = [wait_before_next(channel, n, jitter=0.5, asked=None) for n in range(len(WAITS[channel]) + 1)]
    assert waits == [*(timedelta(seconds=each) for each in SECONDS[channel]), None]


def test_jitter_spreads_a_wait() -> None:
    assert wait_before_next("webhook", 2, jitter=0.0, asked=None) == timedelta(minutes=4)
    assert wait_before_next("webhook", 2, jitter=1.0, asked=None) == timedelta(minutes=6)


@pytest.mark.parametrize(("asked", "expected"), [(3, 5), (5, 5), (90, 90), (3600, 3600)])
def test_what_the_other_side_asks_for_is_kept_in_full(asked: int, expected: int) -> None:
    wait = wait_before_next("webhook", 1, jitter=0.5, asked=timedelta(seconds=asked))
    assert wait == timedelta(seconds=expected)


def test_an_attempt_that_costs_nothing_is_never_used_up() -> None:
    assert wait_for_free("alert", 99, jitter=0.5, asked=None) == timedelta(hours=1)
    assert wait_for_free("alert", 1, jitter=0.5, asked=timedelta(seconds=7)) == timedelta(seconds=7)
    assert wait_for_free("alert", 1, jitter=0.5, asked=None) == timedelta(seconds=5)


SCALED = """
from firstwin.outbox.schedule import least_wait, wait_before_next
print(wait_before_next("webhook", 2, jitter=0.5, asked=None).total_seconds(), least_wait("webhook").total_seconds())
"""


def test_a_rehearsal_waits_a_tenth_of_the_time() -> None:
    environment = os.environ | {"FIRSTWIN_SCHEDULE_SCALE": "0.1"}
    done = subprocess.run([sys.executable, "-c", SCALED], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["30.0", "0.4"]
