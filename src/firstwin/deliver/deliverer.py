"""The loop of a deliver task: what is due goes out until nothing is left or the time is up."""

from __future__ import annotations

import asyncio
import threading
from asyncio import create_task
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Connection

from firstwin.db.runs import open_run
from firstwin.db.tables import LIVE
from firstwin.deliver.database import Database
from firstwin.deliver.desk import Desk
from firstwin.deliver.lane import Lane
from firstwin.deliver.round import SLOW, Round
from firstwin.deliver.shift import work
from firstwin.outbox.destinations import know
from firstwin.outbox.limits import DEADLINE
from firstwin.outbox.states import State

A_MOMENT = 0.25  # seconds


@dataclass(frozen=True)
class Delivered:
    """What a round came to. ``more``: time was up before the work was, so ring again; not where answers can't be noted."""

    states: Mapping[State, int] = field(default_factory=dict)
    late: int = 0
    more: bool = False

    def __add__(self, other: Delivered) -> Delivered:
        return Delivered(dict(Counter(self.states) + Counter(other.states)), self.late + other.late, other.more)


class Deliverer:
    """One for a process: all that it sends shares the slots of its senders."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._busy = threading.Lock()
        self._rung = False
        self._stopped = False
        self._stop: Callable[[], object] = bool
        self._call: Callable[[], object] = bool

    def run(self, for_seconds: float = 4, drain: float = DEADLINE) -> Delivered:
        """Takes what is due to the wire for so long, and then waits for what is on it, at most ``drain`` seconds.

        Meanwhile it goes on for those destinations where nothing hangs. While another thread runs it, this returns at once,
        and that one looks once more before it ends.
        """
        self._rung, done = True, Delivered()
        while self._rung and not done.more and not self._stopped:
            if not self._busy.acquire(blocking=False):
                with suppress(RuntimeError):  # that loop has just ended, and its thread sees that it was rung
                    self._call()
                break
            try:
                self._rung = False
                done += asyncio.run(self._run(for_seconds, drain))
            finally:
                self._busy.release()
        return done

    def stop(self) -> None:
        """From any thread: hand back what is not on the wire, wait for what is, and take nothing more."""
        self._stopped = True
        with suppress(RuntimeError):  # that loop has just ended
            self._stop()

    async def _run(self, for_seconds: float, drain: float) -> Delivered:
        database = Database(self._desk.engine)
        round_ = Round(self._desk, database, drain)
        loop = asyncio.get_running_loop()
        self._call = partial(loop.call_soon_threadsafe, self._heard, round_)
        beside = [create_task(round_.settler.run()), create_task(self._watch(round_, for_seconds, drain))]
        try:
            await self._deliver(round_, for_seconds)
            await round_.wait_for_the_wire()
        finally:
            for task in beside:
                task.cancel()
            for sender in self._desk.senders.values():
                await sender.close()
            database.close()
        return _told(round_)

    def _heard(self, round_: Round) -> None:
        if round_.is_open:
            self._rung = False
            round_.call()

    async def _watch(self, round_: Round, for_seconds: float, drain: float) -> None:
        """Ends the round when its time is up, or when it is told to stop. What hangs keeps it open for the others."""
        told = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._stop = partial(loop.call_soon_threadsafe, told.set)
        until = loop.time() + for_seconds + drain
        await _wait(told, for_seconds, given_up=self._stopped)
        if not told.is_set() and not self._stopped:
            await round_.stand_still()
            await round_.wait_for_the_wire(min(SLOW, drain))
        while round_.is_open and round_.is_on_the_wire and loop.time() < until and not (told.is_set() or self._stopped):
            await round_.stay_for_others()
            await _wait(told, A_MOMENT)
        await round_.close()

    async def _deliver(self, round_: Round, for_seconds: float) -> None:
        await round_.database.write(self._know)
        lanes = [Lane(round_, destination) for destination in self._desk.senders]
        await _suspects_alone(round_, lanes, for_seconds / 2)
        await work(round_, lanes)

    def _know(self, connection: Connection) -> None:
        know(connection, self._desk.senders)
        if self._desk.run == LIVE:
            open_run(connection, LIVE)


async def _suspects_alone(round_: Round, lanes: Sequence[Lane], for_seconds: float) -> None:
    """What kills a worker shall kill it alone; so nothing else is leased meanwhile."""
    until = asyncio.get_running_loop().time() + for_seconds
    for lane in lanes:
        while round_.is_open and asyncio.get_running_loop().time() < until and await lane.try_a_suspect():
            round_.more = asyncio.get_running_loop().time() >= until


async def _wait(told: asyncio.Event, seconds: float, *, given_up: bool = False) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(told.wait(), 0 if given_up else seconds)


def _told(round_: Round) -> Delivered:
    states = Counter(round_.dropped)
    states.update(round_.settler.states)
    return Delivered(dict(states), round_.settler.late, round_.more and not round_.has_failed)
