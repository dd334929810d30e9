"""Starts Firstwin's own processes for tests, and waits for what they do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 60.0  # seconds; a busy machine is not a failure
NEVER = threading.Event()
UNLESS_SAID = {"FIRSTWIN_POLL": "0.2", "FIRSTWIN_WEB_PORT": "0", "PYTHONFAULTHANDLER": "1"}


def eventually(holds: Callable[[], object], within: float = PATIENCE) -> bool:
    """Whether it comes to hold in time."""
    until = time.monotonic() + within
    while not holds():
        if time.monotonic() > until:
            return False
        NEVER.wait(0.05)
    return True


@dataclass
class Processes:
    """Everything that it started ends with it. ``settings`` are FIRSTWIN_ variables, without the prefix."""

    project: Path
    settings: dict[str, str]
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "firstwin", *arguments],
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def run(self, *arguments: str) -> str:
        """A command that ends by itself, and its answer."""
        process = self.start(*arguments)
        answer, trouble = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, trouble
        return answer

    def end(self) -> None:
        """Shows, beside a test that failed, what was logged that nobody has read, and where the threads of each stood."""
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGABRT)
                process.send_signal(signal.SIGCONT)
            if process.stdout is not None and not process.stdout.closed:
                print(process.args, *process.communicate(), sep="\n")  # noqa: T201

    def _environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTWIN_")}
        ours = {f"FIRSTWIN_{name}": value for name, value in self.settings.items()}
        return clean | UNLESS_SAID | ours | {"FIRSTWIN_PROJECT": str(self.project)}


def ended_well(process: subprocess.Popen[str], number: signal.Signals) -> str:
    """What a process logged that was told to stop, and that ended with exit code 0 and no traceback."""
    process.send_signal(number)
    _, logged = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, logged
    assert "Traceback" not in logged, logged
    return logged
