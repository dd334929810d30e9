"""Shows how an import goes on: a bar for each file, and the first bad lines as they are met."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from firstwin.cli.console import notices

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from firstwin.facts.importing import Imported
    from firstwin.facts.rejects import Bad

MOST_TOLD = 20  # bad lines; the rejects file holds them all


class Watching:
    """A bar of bytes where the size of the file is known; of a stream only the messages are counted."""

    def __init__(self) -> None:
        self._bars = _bars()
        self._bar: TaskID | None = None
        self._told = 0

    def begins(self, file: Path) -> None:
        size = None if str(file) == "-" else file.stat().st_size
        name = "standard input" if size is None else file.name
        self._bar = self._bars.add_task(name, total=size, messages="")

    def reached(self, place: int, done: Imported) -> None:
        if self._bar is not None:
            self._bars.update(self._bar, completed=place, messages=f"{done.messages:,} messages")

    def refused(self, bad: Bad) -> None:
        self._told += 1
        if self._told <= MOST_TOLD:
            notices().print(str(bad), style="yellow", soft_wrap=True)
        elif self._told == MOST_TOLD + 1:
            notices().print("… and more: the rejects file holds them all.", style="yellow")

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()


def _bars() -> Progress:
    from rich import progress as parts

    return parts.Progress(
        parts.TextColumn("{task.description}"),
        parts.BarColumn(),
        parts.TaskProgressColumn(),
        parts.TextColumn("{task.fields[messages]}"),
        parts.TimeRemainingColumn(),
        console=notices(),
    )
