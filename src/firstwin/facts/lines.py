"""Lines of files and of streams, one after the other and in little memory, however long a file or a line is."""

from __future__ import annotations

import gzip
import os
import select
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

CHUNK: Final = 1 << 18
LONGEST: Final = 1 << 20  # bytes of a line that are kept; a message is far shorter
BEAT: Final = 1.0  # seconds


class Chunk(NamedTuple):
    """Some bytes, and how far into its source they reach. Without bytes it is a beat of a stream: time has passed."""

    content: bytes
    reached: int


class Line(NamedTuple):
    number: int
    content: bytes
    reached: int


def file_chunks(path: Path) -> Iterator[Chunk]:
    """Of a plain or gzipped file. Raises OSError, or EOFError where a gzipped file ends too early."""
    with path.open("rb") as raw:
        is_gzip = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        with gzip.open(raw) if is_gzip else raw as file:
            while content := file.read(CHUNK):
                yield Chunk(content, raw.tell())


def stream_chunks(descriptor: int, beat: float = BEAT) -> Iterator[Chunk]:
    """Of a stream until its end: what has come as soon as it has, and every ``beat`` seconds a beat."""
    reached, due = 0, time.monotonic() + beat
    while True:
        wait = max(0.0, due - time.monotonic())
        if select.select([descriptor], [], [], wait)[0]:
            content = os.read(descriptor, CHUNK)
            if not content:
                return
            reached += len(content)
            yield Chunk(content, reached)
        if time.monotonic() >= due:
            yield Chunk(b"", reached)
            due = time.monotonic() + beat


def lines(chunks: Iterable[Chunk]) -> Iterator[Line | None]:
    """The lines that are not blank, and None for each beat. Of an endless line only the beginning is kept."""
    number, rest, reached = 0, b"", 0
    for content, reached in chunks:
        if not content:
            yield None
            continue
        *whole, rest = (rest + content).split(b"\n")
        for line in whole:
            number += 1
            if line and not line.isspace():
                yield Line(number, line, reached)
        rest = rest[:LONGEST]
    if rest and not rest.isspace():
        yield Line(number + 1, rest, reached)
