"""The demo in the terminal: the day that it is, and what has just happened."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from firstwin.demo.happenings import Happening, Kind

SHOWN = 16
STYLES: dict[Kind, str] = {"did": "dim", "reached": "green", "mail": "cyan", "alert": "yellow", "webhook": "magenta"}


class Screen:
    """A table that moves where it can be drawn, and lines where it can't."""

    def __init__(self, console: Console, page: str) -> None:
        self._console = console
        self._page = page
        self._begin: datetime | None = None
        self._newest: deque[Happening] = deque(maxlen=SHOWN)
        self._messages = 0
        self._live: Live | None = None

    def say(self, sentence: str) -> None:
        self._console.print(sentence)

    @contextmanager
    def drawn(self, begin: datetime) -> Iterator[None]:
        """While this holds, what is told is drawn. Days count from ``begin``."""
        self._begin = begin
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, refresh_per_second=8, transient=True) as self._live:
            yield
        self._live = None

    def tell(self, news: Iterable[Happening], now: datetime) -> None:
        for happening in news:
            self._newest.append(happening)
            self._messages += happening.kind in {"mail", "alert", "webhook"}
            if self._live is None:
                self._console.print(self._line(happening))
        if self._live is not None:
            self._live.update(self._table(now))

    def _line(self, happening: Happening) -> Text:
        cells = (self._when(happening.at), f"{happening.kind:<7}", f"{happening.who:<20}", happening.what)
        return Text("  ".join(cells), style=STYLES[happening.kind])

    def _table(self, now: datetime) -> RenderableType:
        table = Table(box=box.SIMPLE_HEAD, expand=True)
        for column in ("when", "", "account", "what"):
            table.add_column(column, no_wrap=True, overflow="ellipsis")
        for happening in self._newest:
            cells = (self._when(happening.at), happening.kind, happening.who, happening.what)
            table.add_row(*cells, style=STYLES[happening.kind])
        head = Text.assemble(
            (self._when(now), "bold"), f"   {self._messages} messages sent   ", (self._page, "underline")
        )
        return Group(head, table)

    def _when(self, at: datetime) -> str:
        days = (at.date() - self._begin.date()).days if self._begin else 0
        return f"day {days:>3} {at:%H:%M}"
