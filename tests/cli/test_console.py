"""What is told of long work where nobody looks at a bar."""

from __future__ import annotations

import pytest

from firstwin.cli.console import LINE_EVERY, Lines, watching


def test_a_log_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    lines = Lines("Looking at the past", lambda: now)
    for second in range(2 * LINE_EVERY + 5):
        now = float(second)
        lines.told(second / 40)
    assert capsys.readouterr().err.splitlines() == [
        "Looking at the past: 38% after 0:00:15.",
        "Looking at the past: 75% after 0:00:30.",
    ]


def test_what_is_soon_done_is_not_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    with watching("Looking at the past") as told:
        for share in (0.0, 0.5, 1.0):
            told(share)
    assert capsys.readouterr() == ("", "")
