"""How a sink shall answer: by way, and by how often a message has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """``delay`` in seconds, before it is given. ``body`` may hold what an answer of Slack does."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = "ok"
    delay: float = 0.0


@dataclass(frozen=True)
class Manners:
    """``http``: by path, the answer to the first request of each message, to its second …, the last to all further ones.

    ``smtp``: by phase, another reply than the good one, or ``reset``; at ``DOT`` the mail is written down before.
    ``smtp_delay``: seconds before the answer to a whole mail. ``cuts``: each port that is there for a phase resets at it.
    """

    http: Mapping[str, Sequence[Answer]] = field(default_factory=dict)
    smtp: Mapping[str, str] = field(default_factory=dict)
    smtp_delay: float = 0.0
    cuts: bool = False

    def answer(self, path: str, time: int) -> Answer:
        """To the request of a message that comes for the ``time``-th time, counted from 0."""
        answers = self.http.get(path) or (Answer(),)
        return answers[min(time, len(answers) - 1)]


def manners_of(told: Mapping[str, Any]) -> Manners:
    """From JSON."""
    http = {path: [Answer(**each) for each in answers] for path, answers in told["http"].items()}
    return Manners(http, told["smtp"], told["smtp_delay"], told["cuts"])
