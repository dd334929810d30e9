"""Ties a server to the life of this process: however the tests end, it is stopped and its folder is removed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The shell waits until our end of its standard input closes, which the system sees to even after a kill -9.
_STOP_AND_REMOVE = 'folder=$1; shift; read -r _; kill "$@"; rm -rf "$folder"'


@contextmanager
def kept(pid: int, signal: str, folder: Path) -> Iterator[None]:
    """Sends the signal to the server and removes ``folder`` at the end of the block, or when this process has gone."""
    with subprocess.Popen(
        ["/bin/sh", "-c", _STOP_AND_REMOVE, "keeper", str(folder), "-s", signal, str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is meant for the tests, and must not skip the removal
    ):
        yield
