"""Firstwin's own processes, started as a user starts them, each with a log of its own; ended by their ids."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.keeper import Keeper

PATIENCE_S = 120.0
ROOT = Path(__file__).parents[2]


@dataclass
class Processes:
    """``settings`` are FIRSTWIN_ variables without the prefix, for every process that is started from now on."""

    folder: Path
    keeper: Keeper
    settings: dict[str, str]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _logs: dict[int, Path] = field(default_factory=dict)
    _started: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def firstwin(self, *arguments: str, **settings: str) -> subprocess.Popen[bytes]:
        """Runs on until it is ended. ``settings`` are its own."""
        return self.start([sys.executable, "-m", "firstwin", *arguments], self._environment(settings), arguments[0])

    def start(
        self, command: Sequence[str], environment: Mapping[str, str], name: str, *, asks: bool = False
    ) -> subprocess.Popen[bytes]:
        """``asks``: its standard output is read by us, and no part of its log."""
        with self._lock:
            self._started += 1
            number = self._started
        file = self.folder / f"{number:03}-{name}.log"
        with file.open("wb") as log:
            process = subprocess.Popen(
                command,
                env=dict(environment),
                stdout=subprocess.PIPE if asks else log,
                stderr=log,
                start_new_session=True,
            )
        self.keeper.began(process.pid)
        self.running.append(process)
        self._logs[process.pid] = file
        return process

    def run(self, *arguments: str, code: int | None = 0, **settings: str) -> str:
        """A command that ends by itself, and what it printed. ``code``: what it must end with, None for whatever."""
        command = [sys.executable, "-m", "firstwin", *arguments]
        environment, pipe = self._environment(settings), subprocess.PIPE
        with subprocess.Popen(
            command, env=environment, text=True, start_new_session=True, stdout=pipe, stderr=pipe
        ) as process:
            self.keeper.began(process.pid)
            answer, trouble = process.communicate(timeout=PATIENCE_S)
            self.keeper.ended(process.pid)
        if code is not None and process.returncode != code:
            msg = f"firstwin {' '.join(arguments)} ended with {process.returncode}: {trouble[-2000:]}"
            raise RuntimeError(msg)
        return answer

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """As by kill -9."""
        process.kill()
        self.gone(process)

    def stop(self, process: subprocess.Popen[bytes], within: float = PATIENCE_S) -> int:
        """As by SIGTERM; the exit code."""
        process.send_signal(signal.SIGTERM)
        return self.gone(process, within)

    def gone(self, process: subprocess.Popen[bytes], within: float = PATIENCE_S) -> int:
        """Waits until it has ended; the exit code."""
        code = process.wait(within)
        self.keeper.ended(process.pid)
        if process.stdout:
            process.stdout.close()
        if process in self.running:
            self.running.remove(process)
        return code

    def end(self) -> None:
        for process in list(self.running):
            self.kill(process)

    def log(self, process: subprocess.Popen[bytes]) -> str:
        return self._logs[process.pid].read_text(errors="replace")

    def logs(self) -> str:
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def environment(self) -> dict[str, str]:
        """Of this process, without what it may itself have set for Firstwin."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTWIN_")}
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT), *filter(None, [clean.get("PYTHONPATH")])])
        return clean | {"PYTHONPATH": path}

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        ours = {f"FIRSTWIN_{name}": value for name, value in {**self.settings, **settings}.items()}
        return self.environment() | ours
