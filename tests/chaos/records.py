"""What a sink has written down: one request a line, written before it was answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Request:
    """``key`` is the same at every attempt of one message; ``answered`` is the status (or SMTP reply) that it got.

    ``way`` is the path of an HTTP request, or ``smtp``.
    """

    at: float
    way: str
    key: str
    account: str
    step: str
    answered: int

    @property
    def was_taken(self) -> bool:
        return 200 <= self.answered < 300

    def line(self) -> str:
        return json.dumps(vars(self)) + "\n"


def requests_in(file: Path) -> list[Request]:
    return list(_read(file))


def _read(file: Path) -> Iterator[Request]:
    """A line that a kill cut short was never answered."""
    if not file.exists():
        return
    for line in file.read_text().splitlines(keepends=True):
        if line.endswith("\n"):
            yield Request(**json.loads(line))
