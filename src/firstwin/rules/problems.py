"""A mistake in a file, told so that its author can mend it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
A_BEGINNING = 4  # letters, by which a longer name may be meant


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong, where (line and column count from 1), and what to write instead. A warning stops nothing."""

    file: str
    line: int
    column: int
    message: str
    suggestion: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        kind = "warning: " if self.severity == "warning" else ""
        return f"{self.file}:{self.line}:{self.column} {kind}{self.message} {self.suggestion}".rstrip()


def errors(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Those that must be mended before the file can be used."""
    return tuple(problem for problem in problems if problem.severity == "error")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that somebody who wrote ``word`` most likely meant, if any comes close or is the only one that begins so."""
    by_sound = {_sound(name): name for name in sorted(known)}
    if _sound(word) in by_sound:
        return by_sound[_sound(word)]
    close = difflib.get_close_matches(_sound(word), by_sound, n=1, cutoff=0.72)
    if not close and len(_sound(word)) >= A_BEGINNING:
        begun = [sound for sound in by_sound if sound.startswith(_sound(word))]
        close = begun if len(begun) == 1 else []
    return by_sound[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """“Did you mean `x`?”, or nothing."""
    meant = nearest(word, known)
    return f"Did you mean `{meant}`?" if meant else ""


def _sound(name: str) -> str:
    """A name without capitals and separators: ``Order Completed`` and ``order_completed`` sound the same."""
    return re.sub(r"[\s_.-]+", "", name).casefold()


def listed(words: Iterable[str], last: str = "or") -> str:
    """`a`, `b` or `c`."""
    quoted = [f"`{word}`" for word in words]
    return f" {last} ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1]))) if quoted else ""
