"""Stores what requests bring: those of one source that wait together share a transaction, and are answered after it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from firstwin.db.engine import clock, write
from firstwin.db.types import EPOCH
from firstwin.facts.ingest import Ingested, ingest
from firstwin.facts.intake import Intake, forget_old_minutes, note_intake
from firstwin.facts.posted import Posted, Unfit
from firstwin.facts.segment import Message
from firstwin.telemetry import Log, failed

MOST_TOGETHER: Final = 2_000  # messages in one transaction, if no request brings more
ENOUGH: Final = 200  # messages that are worth a transaction: fewer wait for others, where others come
GATHER_S: Final = 0.01
MOST_WAITING: Final = 50_000  # messages; more would only wait for longer than their senders do

UNKNOWN_PLACE: Final = -1
FORGET_EVERY: Final = timedelta(hours=1)

Zone = Callable[[], str]


class Unavailable(Exception):  # noqa: N818 - not a mistake of ours
    """Nothing was stored, or nobody knows whether it was: to be sent again."""


@dataclass(frozen=True, eq=False)
class _Job:
    source: str
    posted: Posted
    done: asyncio.Future[Posted]


class Writer:
    """One thread that stores. ``zone`` tells the project's time zone. Started and stopped with the site."""

    def __init__(self, engine: Engine, zone: Zone, patience_s: float) -> None:
        self._engine = engine
        self._patience_s = patience_s
        self._zone = zone
        self._jobs: list[_Job] = []
        self._waiting = 0
        self._changed = threading.Condition()
        self._stopping = False
        self._answered = 0  # requests, the last time
        self._forgot = EPOCH
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stores what waits, and ends."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(self._patience_s)  # by then whoever waits was told to come back

    async def store(self, source: str, posted: Posted) -> Posted:
        """What was stored, and what was refused in the end. Raises Unavailable, also where it takes too long."""
        loop = asyncio.get_running_loop()
        job = _Job(source, posted, loop.create_future())
        with self._changed:
            if self._stopping or self._waiting > MOST_WAITING:
                raise Unavailable
            self._jobs.append(job)
            self._waiting += _size(job)
            self._changed.notify()
        try:
            async with asyncio.timeout(self._patience_s):
                return await job.done
        except TimeoutError:
            raise Unavailable from None  # it may yet be stored: sent again, it is a repetition

    # ---- in the thread ----

    def _run(self) -> None:
        while jobs := self._next():
            for source in sorted({job.source for job in jobs}):
                self._store(source, [job for job in jobs if job.source == source])

    def _next(self) -> list[_Job]:
        """Those that wait, as many as fit together; none when it is time to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._stopping)
            if self._answered > 1:
                self._gather(len(self._jobs) + self._answered)
            taken, size = 0, 0
            while taken < len(self._jobs) and (not taken or size + _size(self._jobs[taken]) <= MOST_TOGETHER):
                size += _size(self._jobs[taken])
                taken += 1
            jobs, self._jobs = self._jobs[:taken], self._jobs[taken:]
            self._waiting -= size
            self._answered = taken
            return jobs

    def _gather(self, everybody: int) -> None:
        """Waits for those who were answered just now: they are likely to have more to say."""

        def is_worth_while() -> bool:
            return self._waiting >= ENOUGH or len(self._jobs) >= everybody or self._stopping

        self._changed.wait_for(is_worth_while, GATHER_S)

    def _store(self, source: str, jobs: Sequence[_Job]) -> None:
        jobs = [job for job in jobs if not job.done.done()]  # the others were told that nothing was stored
        if not jobs:
            return
        try:
            self._write(source, [job.posted for job in jobs])
        except Exception as error:  # noqa: BLE001 - those who wait must be answered, whatever happened
            self._failed(source, jobs, error)
        else:
            _answer([(job, job.posted) for job in jobs])

    def _write(self, source: str, brought: Sequence[Posted]) -> None:
        messages = [message for posted in brought for message in posted.messages]
        unfit = [one for posted in brought for one in posted.unfit]
        with write(self._engine) as connection:
            at = clock(connection)
            if at - self._forgot > FORGET_EVERY:
                forget_old_minutes(connection, at)
                self._forgot = at
            done = self._ingest(connection, source, messages, at)
            note_intake(connection, source, Intake(done.new, done.repeated, done.lag // 1000, unfit), at)

    def _ingest(self, connection: Connection, source: str, messages: Sequence[Message], at: datetime) -> Ingested:
        if not messages:
            return Ingested(0, 0, 0, 0)
        return ingest(connection, messages, received_at=at, zone=self._zone(), source=source)

    def _failed(self, source: str, jobs: Sequence[_Job], error: Exception) -> None:
        """A database that is away concerns everyone. Anything else concerns one message, which the others must not suffer from."""
        if _is_away(error):
            _answer([(job, Unavailable()) for job in jobs])
        elif len(jobs) > 1:
            for job in jobs:
                self._store(source, [job])
        else:
            failed(Log.WEB_FAILED, error, source=source)
            _answer([(jobs[0], self._one_by_one(jobs[0]))])

    def _one_by_one(self, job: _Job) -> Posted | Unavailable:
        stored: list[Message] = []
        unfit = list(job.posted.unfit)
        for message in job.posted.messages:
            try:
                self._write(job.source, [Posted([message], [])])
                stored.append(message)
            except Exception as error:  # noqa: BLE001 - this is the one
                if _is_away(error):
                    return Unavailable()
                failed(Log.WEB_FAILED, error, source=job.source, message=message.id)
                unfit.append(Unfit(UNKNOWN_PLACE, message.id, "it can't be stored"))
        return Posted(stored, unfit)


def _is_away(error: Exception) -> bool:
    """Whether it is the database's trouble, and no message's."""
    cut = isinstance(error, DBAPIError) and error.connection_invalidated
    return cut or isinstance(error, (OperationalError, InternalError, PoolTimeoutError))


def _answer(answers: Sequence[tuple[_Job, Posted | Unavailable]]) -> None:
    """All at once: waking the event loop costs more than an answer. Nobody may wait any more, where the site is stopping."""

    def resolve() -> None:
        for job, answer in answers:
            if job.done.done():
                continue
            if isinstance(answer, Unavailable):
                job.done.set_exception(answer)
            else:
                job.done.set_result(answer)

    with suppress(RuntimeError):  # the loop is closed
        answers[0][0].done.get_loop().call_soon_threadsafe(resolve)


def _size(job: _Job) -> int:
    return max(1, len(job.posted.messages) + len(job.posted.unfit))
