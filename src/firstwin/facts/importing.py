"""Imports files of messages: the good ones in batches, the bad ones aside with the reason, nothing twice."""

from __future__ import annotations

import gc
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import Engine, select

from firstwin.db import tables
from firstwin.db.bulk import analyze, many_commits
from firstwin.db.engine import clock, read, write
from firstwin.facts.ingest import Ingested, put, take
from firstwin.facts.lines import Chunk, Line, file_chunks, lines, stream_chunks
from firstwin.facts.moments import microseconds
from firstwin.facts.rejects import Bad, Rejects
from firstwin.facts.segment import Message, Refused, parse
from firstwin.facts.storing import Pending, Storing
from firstwin.facts.timeline import unplaced

MOST_OLD: Final = 1_000
MANY: Final = 50_000  # messages that may change which plan is the best
STREAM: Final = Path("-")
STDIN: Final = 0


class Watcher(Protocol):
    """Who looks on while files are imported."""

    def begins(self, file: Path) -> None: ...

    def reached(self, place: int, done: Imported) -> None:
        """So many bytes of the file are done."""

    def refused(self, bad: Bad) -> None: ...


@dataclass
class Imported:
    """``trouble`` says in sentences what else went wrong. ``stopped``: by Ctrl-C, with what is counted here stored."""

    messages: int = 0
    new: int = 0
    repeated: int = 0
    bad: int = 0
    facts: int = 0
    old: int = 0
    unplaced: int = 0
    seconds: float = 0.0
    stopped: bool = False
    rejects: list[Path] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)

    def count(self, ingested: Ingested) -> None:
        self.new += ingested.new
        self.repeated += ingested.repeated
        self.facts += ingested.facts
        self.old += ingested.old


@dataclass(frozen=True)
class Terms:
    """How messages are taken. ``history``: as known since they happened, so that they nudge nobody.

    ``live``: as news, old ones too, though the rules are running. ``zone`` is the project's.
    """

    history: bool = False
    live: bool = False
    zone: str = "UTC"


def import_files(
    engine: Engine, files: Sequence[Path], terms: Terms, watcher: Watcher, *, stream: int = STDIN
) -> Imported:
    """Takes every good message of the files; ``-`` is the file descriptor ``stream``, followed until its end.

    What is stored stays stored, however it ends.
    """
    done = Imported()
    began = time.monotonic()
    is_guarded = _is_guarded(engine, terms)
    with _seldom_collecting(), many_commits(engine):
        try:
            for file in files:
                chunks = stream_chunks(stream) if file == STREAM else file_chunks(file)
                _Import(engine, terms, watcher, done, is_guarded=is_guarded).take(file, chunks)
        except KeyboardInterrupt:
            done.stopped = True
        except _TooOld as error:
            done.trouble.append(str(error))
    if done.new >= MANY:
        analyze(engine, tables.event, tables.account, tables.person, tables.member)
    with read(engine) as connection:
        done.unplaced = unplaced(connection)
    done.seconds = time.monotonic() - began
    return done


class _TooOld(Exception):  # noqa: N818 - not an error: a question to whoever imports
    """A past was about to be taken for news."""

    def __init__(self, stored: int) -> None:
        super().__init__(
            f"More than {MOST_OLD:,} of these facts are older than a day, and rules are running: they would take them for "
            "news. Say --history, and they are the past that nudges nobody; or --live, and the rules act on them. "
            f"{stored:,} messages are stored."
        )


class _Import:
    """One file on its way into the database."""

    def __init__(self, engine: Engine, terms: Terms, watcher: Watcher, done: Imported, *, is_guarded: bool) -> None:
        self.engine = engine
        self.terms = terms
        self.watcher = watcher
        self.done = done
        self.is_guarded = is_guarded
        self.storing = Storing(self._ingested)
        self.pending: Pending | None = None
        self.known_since: int | None = None
        self.place = 0

    def take(self, file: Path, chunks: Iterable[Chunk]) -> None:
        self.watcher.begins(file)
        with self.storing, Rejects.beside(file) as rejects:
            try:
                self._read(file, chunks, rejects)
            except KeyboardInterrupt:
                self._finished()  # it is stored, and counted, all the same
                raise
            finally:
                self._tell_of(rejects)

    def _read(self, file: Path, chunks: Iterable[Chunk], rejects: Rejects) -> None:
        try:
            self._lines(file, chunks, rejects)
        except (OSError, EOFError, zlib.error) as error:
            self.done.trouble.append(f"{file} can't be read to its end ({error}): what came before is stored.")
        self._store_all(rejects)

    def _lines(self, file: Path, chunks: Iterable[Chunk], rejects: Rejects) -> None:
        for line in lines(chunks):
            if line is None:
                self._store_all(rejects)
            elif self._is_enough(file, line, rejects):
                self._store(rejects)

    def _is_enough(self, file: Path, line: Line, rejects: Rejects) -> bool:
        if self.pending is None:
            self.pending = self._begun()
        self.done.messages += 1
        self.place = line.reached
        message = parse(line.content, self.known_since)
        if isinstance(message, Message):
            return self.pending.add(message, len(line.content))
        self._refuse(file, line, message, rejects)
        return False

    def _begun(self) -> Pending:
        with read(self.engine) as connection:
            now = clock(connection)
        self.known_since = None if self.terms.history else microseconds(now)
        return Pending(now)

    def _refuse(self, file: Path, line: Line, message: Refused, rejects: Rejects) -> None:
        self.done.bad += 1
        rejects.add(line, message.reason)
        self.watcher.refused(Bad("standard input" if file == STREAM else str(file), line.number, message.reason))

    def _store_all(self, rejects: Rejects) -> None:
        """Of what has come so far nothing stays unstored."""
        self._store(rejects)
        self._finish()
        self.watcher.reached(self.place, self.done)

    def _store(self, rejects: Rejects) -> None:
        self._finish()
        pending, self.pending = self.pending, None
        if pending is not None and pending.messages:
            pending.reached = self.place
            self.storing.begin(pending)
        rejects.flush()

    def _finish(self) -> None:
        pending = self._finished()
        if pending is not None:
            self.watcher.reached(pending.reached, self.done)

    def _finished(self) -> Pending | None:
        finished = self.storing.finish()
        if finished is None:
            return None
        pending, ingested = finished
        self.done.count(ingested)
        return pending

    def _ingested(self, pending: Pending, let_read_on: Callable[[], None]) -> Ingested:
        with write(self.engine) as connection:
            terms = self.terms
            taken = take(
                connection, pending.messages, received_at=pending.received_at, history=terms.history, zone=terms.zone
            )
            if self.is_guarded and self.done.old + taken.ingested.old > MOST_OLD:
                raise _TooOld(self.done.new)
            let_read_on()
            return put(connection, taken)

    def _tell_of(self, rejects: Rejects) -> None:
        if rejects.is_written:
            self.done.rejects.append(rejects.path)
        if rejects.trouble is not None:
            self.done.trouble.append(rejects.trouble)


def _is_guarded(engine: Engine, terms: Terms) -> bool:
    """Once rules have run, a bulk of old facts that count as news would nudge for what is long past."""
    if terms.history or terms.live:
        return False
    with read(engine) as connection:
        ticked = select(tables.tick.c.slot).where(tables.tick.c.run == tables.LIVE).limit(1)
        return connection.execute(ticked).first() is not None


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """A batch makes many objects and no circles: looking for circles as often as usual costs a sixth of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(200_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
