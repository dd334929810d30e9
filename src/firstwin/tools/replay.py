"""Runs the rules over a stretch of time that has passed: a run of its own whose clock is set by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event

from sqlalchemy import Connection, Engine

from firstwin.db.engine import write
from firstwin.db.runs import Run, find_run, open_run, set_clock
from firstwin.rules.terms import Rule
from firstwin.tick.environment import Environment
from firstwin.tick.rule import tick_all
from firstwin.tick.sync import sync_rules


@dataclass(frozen=True)
class Stretch:
    """The slots at ``begin``, ``begin + every`` … up to ``end``. Without ``sends`` nothing leaves the house."""

    begin: datetime
    end: datetime
    every: timedelta
    sends: bool = False

    def slots(self) -> Iterator[datetime]:
        slot = self.begin
        while slot <= self.end:
            yield slot
            slot += self.every

    def __len__(self) -> int:
        return max(0, (self.end - self.begin) // self.every + 1)


def name_of(stretch: Stretch, rules: Sequence[Rule]) -> str:
    """The same stretch with the same rules is the same run, so that doing it again changes nothing."""
    versions = sorted(f"{rule.id} {rule.version}" for rule in rules)
    digest = hashlib.sha256("\n".join(versions).encode()).hexdigest()[:8]
    hours = stretch.every / timedelta(hours=1)
    sends = " sent" if stretch.sends else ""
    return f"{stretch.begin:%Y-%m-%dT%H:%M} to {stretch.end:%Y-%m-%dT%H:%M} every {hours:g}h{sends} {digest}"


@dataclass(frozen=True)
class Replayed:
    """``run`` is the name of the run that holds what came of it; it is not complete if it was told to stop."""

    run: str
    complete: bool


def replay(
    engine: Engine,
    env: Environment,
    stretch: Stretch,
    drain: Callable[[Run], None],
    progress: Callable[[datetime], None],
    stopping: Event,
) -> Replayed:
    """Each slot: the clock is set, every rule is matched, and what is to be sent is sent before the next.

    A run that was interrupted goes on where it stood.
    """
    env = replace(env, every=stretch.every)
    name = name_of(stretch, env.rules)
    with write(engine) as connection:
        done_until = _open(connection, name, stretch, env.rules)
    for slot in stretch.slots():
        if slot >= done_until:
            _one(engine, env, name, slot, drain)
        if stopping.is_set():
            return Replayed(name, complete=False)
        progress(slot)
    return Replayed(name, complete=True)


def _open(connection: Connection, name: str, stretch: Stretch, rules: Sequence[Rule]) -> datetime:
    """The slot at which the run stands. Its rules count as new at the beginning of the stretch."""
    run = open_run(connection, name, virtual_from=stretch.begin, rate=0, sends=stretch.sends)
    sync_rules(connection, name, rules, stretch.begin)
    return run.virtual_from


def _one(engine: Engine, env: Environment, name: str, slot: datetime, drain: Callable[[Run], None]) -> None:
    with write(engine) as connection:
        set_clock(connection, name, slot)
        run = find_run(connection, name)
    if run is None:
        raise LookupError(name)
    tick_all(engine, env, run, slot)
    if run.sends:
        drain(run)
