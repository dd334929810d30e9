"""Fail points: off by default, a process that dies where it was told to, and each in its one place."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest

from firstwin.failpoints import POINTS
from firstwin.settings import FAIL_POINTS, PREFIX, Rehearsal
from tests.house.sources import PACKAGE, ROOT

THREE_TIMES = """
from firstwin.failpoints import reached
from firstwin.telemetry import configure
configure()
for account in ("blue", "red", "blue"):
    reached("rendered", account)
    print(account, flush=True)
"""


def lived(**rehearsed: str) -> tuple[list[str], int]:
    """What a process got done that comes by a fail point three times, and how it ended."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    done = subprocess.run(
        [sys.executable, "-c", THREE_TIMES], env=clean | rehearsed, capture_output=True, text=True, check=False
    )
    return done.stdout.split(), done.returncode


@pytest.mark.parametrize(
    ("asked", "done"),
    [
        ("", ["blue", "red", "blue"]),
        ("claimed", ["blue", "red", "blue"]),
        ("rendered", []),
        ("rendered:3", ["blue", "red"]),
        ("rendered:4", ["blue", "red", "blue"]),
        ("rendered@red", ["blue"]),
        ("rendered@green", ["blue", "red", "blue"]),
    ],
)
def test_a_process_dies_where_it_was_told_to_and_nowhere_else(asked: str, done: list[str]) -> None:
    assert lived(FIRSTWIN_FAIL_AT=asked) == (done, 0 if len(done) == 3 else -signal.SIGKILL)


def test_every_point_is_explained_and_stands_in_one_place() -> None:
    code = "".join(path.read_text() for path in (PACKAGE / "deliver").glob("*.py"))
    assert tuple(POINTS) == FAIL_POINTS
    assert sorted(re.findall(r'failpoints\.(?:soon_)?reached\("(\w+)"', code)) == sorted(POINTS)


def test_the_documentation_tells_of_every_point_and_variable() -> None:
    told = (ROOT / "docs" / "chaos.md").read_text()
    assert [point for point, says in POINTS.items() if f"| `{point}` | {says} |" not in told] == []
    assert [name for name in Rehearsal.model_fields if f"`{PREFIX}{name.upper()}" not in told] == []
