"""What the commands print, and how they end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Final, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

WIDE = 160  # columns, where nobody's window is the measure
LARGEST_ID: Final = 2**63 - 1  # in every database
LINE_EVERY: Final = 15  # seconds
MISTAKE = 2  # the exit code for what the user can put right


@cache
def screen() -> Console:
    """Where answers go."""
    from rich.console import Console

    console = Console(markup=False, highlight=False)
    if not console.is_terminal:
        console.width = WIDE
    return console


@cache
def notices() -> Console:
    """Where everything goes that is not the answer: stderr."""
    from rich.console import Console

    return Console(stderr=True, markup=False, highlight=False)


def fail(message: str) -> NoReturn:
    """Ends the command with a sentence that says what to do."""
    notices().print(message, style="red", soft_wrap=True)
    raise typer.Exit(MISTAKE)


def operator() -> str:
    """Who sits at the command line, for what is kept about who asked for something."""
    from getpass import getuser

    try:
        return getuser()
    except (OSError, KeyError):  # a container may run as a number without a name
        return "somebody"


def counted(number: int, what: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {what}" if number == 1 else f"{number:,} {what}s"


def print_json(data: object) -> None:
    """For programs: one JSON document on stdout."""
    typer.echo(json.dumps(data, indent=2, default=_plain, ensure_ascii=False))


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value.total_seconds() if isinstance(value, timedelta) else str(value)


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()
) -> None:
    """A table; the columns named in ``right`` hold numbers. A cell may be a Text, which keeps its colour."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else "" if cell is None else str(cell) for cell in row))
    screen().print(table)


def progress() -> Progress:
    """A progress bar on stderr, with the time that is left."""
    from rich import progress as parts

    return parts.Progress(
        parts.TextColumn("{task.description}"),
        parts.BarColumn(),
        parts.MofNCompleteColumn(),
        parts.TimeRemainingColumn(),
        console=notices(),
    )


@contextmanager
def watching(what: str) -> Iterator[Callable[[float], None]]:
    """A bar that is told the share that is done, where a person looks; elsewhere a line now and then, of what takes long."""
    from rich import progress as parts

    if not notices().is_terminal:
        yield Lines(what).told
        return
    columns = (parts.TextColumn("{task.description}"), parts.BarColumn(), parts.TimeRemainingColumn())
    with parts.Progress(*columns, console=notices(), transient=True) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)


class Lines:
    """How far something is, for a log: one line for each ``LINE_EVERY`` seconds that it takes."""

    def __init__(self, what: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._clock = clock
        self._began = self._said = clock()

    def told(self, share: float) -> None:
        now = self._clock()
        if now - self._said >= LINE_EVERY:
            self._said = now
            took = timedelta(seconds=round(now - self._began))
            notices().print(f"{self._what}: {share:.0%} after {took}.", soft_wrap=True)
