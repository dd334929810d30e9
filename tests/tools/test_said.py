"""What a process says of its files comes back as it was said, from whatever another version kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstwin.tools.said import MISTAKES, Said, kept, said


def test_it_comes_back_as_it_was_said() -> None:
    all_of_it = Said((MISTAKES, "No way out."), ("It waits.",), timedelta(minutes=15))
    assert said(kept(all_of_it)) == all_of_it


@pytest.mark.parametrize(
    "stored", [None, {}, {"wrong": "a", "degraded": [], "tick_every": 60}, {"wrong": [], "more": 1}]
)
def test_what_another_version_kept_says_nothing(stored: dict[str, object] | None) -> None:
    assert said(stored) == Said()
