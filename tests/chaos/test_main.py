"""The whole program: it tells what it measured, and leaves nothing behind when it is interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.processes import ROOT
from tests.chaos.test_keeper import is_running
from tests.chaos.waiting import until

pytestmark = pytest.mark.slow


def of_this(folder: Path) -> list[int]:
    """The processes that work in it."""
    told = subprocess.run(["ps", "-eww", "-o", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [
        int(line.split()[0]) for line in told.splitlines() if str(folder) in line and "-m tests.chaos --" not in line
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_leaves_no_process_and_no_folder(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "tests.chaos", "--only", "events", "--databases", "sqlite"]
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as run:
        until(lambda: of_this(tmp_path), 30, "The sink runs")
        started = of_this(tmp_path)
        run.send_signal(number)
        assert run.wait(30) == 130
    until(lambda: not any(map(is_running, started)), 10, "All have ended")
    assert list(tmp_path.iterdir()) == []
