"""The project as its files stand. While they hold a mistake, the last project without one stays in force."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG

from firstwin.telemetry import Log, log
from firstwin.tools.check import Checked, check
from firstwin.tools.project_file import FILE

Stamp = tuple[tuple[str, int, int], ...]


class Files:
    """Looks at the files when asked to. ``environment`` is what ``${NAME}`` in firstwin.yaml may stand for."""

    def __init__(self, folder: Path, environment: Callable[[], Mapping[str, str]]) -> None:
        self._folder = folder
        self._environment = environment
        self._lock = threading.Lock()
        self._stamp: Stamp = ()
        self._newest: Checked | None = None
        self._good: Checked | None = None

    def look(self) -> Checked:
        """What the files say now, read again only if they have changed."""
        with self._lock:
            stamp = tuple(self._stamps())
            if self._newest is None or stamp != self._stamp:
                self._newest, self._stamp = check(self._folder, self._environment()), stamp
                self._judge(self._newest)
            return self._newest

    def good(self) -> Checked | None:
        """The newest without a mistake; None if there never was one."""
        self.look()
        return self._good

    def _judge(self, newest: Checked) -> None:
        if not newest.errors:
            self._good = newest
        elif self._good is not None:
            log(Log.PROJECT_INVALID, mistakes=[str(problem) for problem in newest.errors])

    def _stamps(self) -> Iterator[tuple[str, int, int]]:
        parts = (self._folder / "rules", self._folder / "templates")
        files = [self._folder / FILE, self._folder / ".env", *(file for part in parts for file in part.rglob("*"))]
        for file in sorted(files):
            with suppress(FileNotFoundError):  # an editor may put another in its place just now
                found = file.stat()
                if S_ISREG(found.st_mode):
                    yield str(file), found.st_mtime_ns, found.st_size
