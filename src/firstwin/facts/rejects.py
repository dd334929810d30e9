"""Keeps the lines that could not be taken, each with the reason, in a file beside the one that they came from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import orjson

from firstwin.facts.lines import Line


@dataclass(frozen=True)
class Bad:
    """A line that could not be taken, and why."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.reason}"


class Rejects:
    """Made when the first bad line comes. ``trouble`` says why the lines could not be kept, where they couldn't."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble: str | None = None
        self._file: BinaryIO | None = None

    @classmethod
    def beside(cls, source: Path) -> Self:
        """For ``messages.jsonl.gz``: ``messages.rejects.jsonl``. For the standard input: in the current folder."""
        if str(source) == "-":
            return cls(Path("stdin.rejects.jsonl"))
        plain = source.with_suffix("") if source.suffix == ".gz" else source
        return cls(plain.with_name(f"{plain.stem}.rejects.jsonl"))

    @property
    def is_written(self) -> bool:
        return self._file is not None

    def add(self, line: Line, reason: str) -> None:
        if self.trouble is not None:
            return
        kept = {"line": line.number, "reason": reason, "message": line.content.decode(errors="replace")}
        try:
            if self._file is None:
                self._file = self.path.open("wb")
            self._file.write(orjson.dumps(kept, option=orjson.OPT_APPEND_NEWLINE))
        except OSError as error:
            self.trouble = f"The bad lines could not be kept in {self.path}: {error.strerror}."

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
