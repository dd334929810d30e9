"""Sends the messages of the demo's companies into Firstwin as their time comes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from sqlalchemy import Engine

from firstwin.db.engine import write
from firstwin.demo.messages import Line
from firstwin.facts.ingest import ingest
from firstwin.facts.moments import microseconds
from firstwin.facts.segment import Message, parse

SOURCE = "demo"


class Feed:
    def __init__(self, engine: Engine, lines: Iterable[Line]) -> None:
        self._engine = engine
        self._ahead = deque(lines)

    @property
    def is_over(self) -> bool:
        return not self._ahead

    def send_until(self, now: datetime) -> None:
        """What has happened up to ``now`` arrives at ``now``."""
        due = self._take(now)
        if due:
            self._store(due, now)

    def send_the_past(self, begin: datetime) -> None:
        """What lies before the demo arrives as it happened, for Firstwin was there already."""
        for at, lines in groupby(self._take(begin), key=lambda line: line.at):
            self._store(list(lines), at)

    def _take(self, now: datetime) -> list[Line]:
        taken = []
        while self._ahead and self._ahead[0].at <= now:
            taken.append(self._ahead.popleft())
        return taken

    def _store(self, lines: list[Line], received_at: datetime) -> None:
        read = (parse(line.content, microseconds(received_at)) for line in lines)
        messages = [message for message in read if isinstance(message, Message)]
        with write(self._engine) as connection:
            ingest(connection, messages, received_at=received_at, source=SOURCE)
