"""Sees to it that nothing outlives the rehearsal, even where that is killed by -9."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

# It waits until our end of its standard input closes, which the system sees to; then it ends what is left.
_KEEP = """
import os, shutil, signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
pids, folders = set(), []
for line in sys.stdin:
    what, _, which = line.rstrip("\\n").partition(" ")
    if what == "began":
        pids.add(int(which))
    elif what == "ended":
        pids.discard(int(which))
    else:
        folders.append(which)
for pid in pids:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
for folder in folders:
    shutil.rmtree(folder, ignore_errors=True)
"""


class Keeper:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-c", _KEEP], stdin=subprocess.PIPE, text=True, start_new_session=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Returns when everything has been ended and removed."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()

    def began(self, pid: int) -> None:
        self._tell(f"began {pid}")

    def ended(self, pid: int) -> None:
        self._tell(f"ended {pid}")

    def remove(self, folder: Path) -> None:
        """At the end."""
        self._tell(f"remove {folder}")

    def _tell(self, line: str) -> None:
        with self._lock:
            if self._process.stdin:
                self._process.stdin.write(line + "\n")
                self._process.stdin.flush()
