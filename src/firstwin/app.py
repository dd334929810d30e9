"""The only place where things are built and wired. Each method is a short chain of calls."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Self

from sqlalchemy import Engine

from firstwin.bell import EMBEDDED, Bell, Task
from firstwin.db import tables
from firstwin.db.engine import clock, read, write
from firstwin.db.runs import Run, find_run, open_run
from firstwin.deliver.deliverer import Delivered, Deliverer
from firstwin.deliver.desk import Desk
from firstwin.deliver.story import Story
from firstwin.outbox.outcome import OnUnknown
from firstwin.outbox.pause import pause, resume
from firstwin.outbox.replay import replay as send_again
from firstwin.outbox.restraint import restraint_of
from firstwin.outbox.suppressions import AddressHash
from firstwin.outbox.sweep import Swept, sweep
from firstwin.outbox.way_out import WayOut
from firstwin.rules.project import Project
from firstwin.rules.say import say
from firstwin.rules.terms import Rule
from firstwin.senders.contract import Answer, Sender, policies
from firstwin.senders.load import load_senders
from firstwin.senders.probe import probe
from firstwin.settings import Settings, placeholders
from firstwin.telemetry import Log, log
from firstwin.tick.environment import Environment
from firstwin.tick.feeds import Feeds
from firstwin.tick.live import LiveTicks
from firstwin.tick.rule import Ticked
from firstwin.tick.slots import slot_of
from firstwin.tick.standing import AtTheWire
from firstwin.tick.sync import sync_rules
from firstwin.tools.backtest.report import Report, Wanted, backtest
from firstwin.tools.check import Checked, ProjectError, must_be_there, sender_settings
from firstwin.tools.database import must_have_tables, opened
from firstwin.tools.due import due_rules, runs_with_deliveries, unsent
from firstwin.tools.files import Files
from firstwin.tools.health import ailments
from firstwin.tools.heart import beat_heart, forget_the_dead
from firstwin.tools.plan.changes import live_versions
from firstwin.tools.plan.gate import TOLD, NotAppliedError, needs_plan, waits_for_plan
from firstwin.tools.replay import Replayed, Stretch, replay
from firstwin.tools.said import Said
from firstwin.tools.sending import must_have_a_way_out, said_of
from firstwin.tools.status import Status, status
from firstwin.tools.surroundings import environment
from firstwin.tools.vital import Signs

HEART_S, PATIENCE_S = 3.0, 15.0  # the second: so long a replay stands still before it says what it waits for


@dataclass(frozen=True, eq=False)
class Wired:
    """What is built of the project's files, once for as long as they stand."""

    checked: Checked
    engine: Engine
    worker: str
    addresses: AddressHash
    way_out: WayOut

    @property
    def project(self) -> Project:
        if self.checked.project is None:
            raise ProjectError(self.checked.errors)
        return self.checked.project

    @cached_property
    def env(self) -> Environment:
        return replace(environment(self.checked, self.addresses), feeds=Feeds())

    @cached_property
    def senders(self) -> Mapping[str, Sender]:
        return load_senders(sender_settings(self.project))

    @cached_property
    def _deliverers(self) -> dict[str, Deliverer]:
        return {}

    def deliverer(self, run: str) -> Deliverer:
        """One for each run, so that all that a process sends shares the slots of its senders."""
        return self._deliverers.setdefault(run, Deliverer(self.desk(run)))

    def stop(self) -> None:
        for deliverer in list(self._deliverers.values()):
            deliverer.stop()

    def desk(self, run: str) -> Desk:
        if self.checked.templates is None:
            raise ProjectError(self.checked.errors)
        return Desk(
            engine=self.engine,
            project=self.project,
            senders=self.senders,
            templates=self.checked.templates,
            gates=AtTheWire(self.env),
            tell=Story(self.env.rule, self.project.labels).tell,
            jitter=random.random,
            run=run,
            worker=self.worker,
            addresses=self.addresses,
            way_out=self.way_out,
            priority=self.env.priority,
        )


class App:
    """A project, its database and its bell. Used by many threads at once."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.settings = settings
        self.engine = engine
        self.bell = Bell(settings.broker_url)
        self.addresses = AddressHash(settings.secrets)
        self.way_out = WayOut(settings.secrets, settings.public_url)
        self.name = settings.worker_name or f"{socket.gethostname()}-{os.getpid()}"
        self.stopping = threading.Event()
        self._files = Files(settings.project, lambda: placeholders(settings))
        self._newest: Wired | None = None
        self._known: Wired | None = None
        self._in_force: Wired | None = None
        self._lock = threading.Lock()
        self._ticks = LiveTicks(engine)
        self._ticking = threading.Lock()
        self._hearts: dict[str, tuple[float, Said | None]] = {}

    # ---- opening and closing ----

    @classmethod
    @contextmanager
    def open(cls, settings: Settings) -> Iterator[Self]:
        """Raises ProjectError if there is no project, DatabaseError if its database cannot be used.

        SQLite gets its tables by itself.
        """
        must_be_there(settings.project)
        with opened(settings.database) as engine:
            must_have_tables(engine)
            app = cls(settings, engine)
            yield app
            app.bell.close()

    def stop(self) -> None:
        """Asks whatever works now to come to an end, and to hand back what it has not begun."""
        self.stopping.set()
        for wired in (self._in_force, self._newest):
            if wired is not None:
                wired.stop()

    # ---- the project ----

    def check(self) -> Checked:
        """What the files say, and every mistake in them."""
        return self._files.look()

    def wired(self) -> Wired:
        """What the newest files without a mistake make. Raises ProjectError if there never were any."""
        good = self._files.good()
        if good is None:
            raise ProjectError(self._files.look().errors)
        with self._lock:
            if self._newest is None or self._newest.checked is not good:
                self._newest = Wired(good, self.engine, self.name, self.addresses, self.way_out)
            return self._newest

    def in_force(self) -> Wired:
        """What runs: the newest, or with `go_live: by_plan` the newest that were applied. Raises NotAppliedError if none were."""
        newest = self.wired()
        with self._lock:
            if self._in_force is not newest and not waits_for_plan(self.engine, newest.checked):
                if self._in_force is not None:
                    self._in_force.stop()  # what it has not begun goes out as the new files say
                self._in_force = newest
            if self._in_force is None:
                raise NotAppliedError
            return self._in_force

    def waits_for_plan(self) -> str:
        """What to do about files that wait to be applied, in a sentence; empty if none do."""
        return TOLD if waits_for_plan(self.engine, self.check()) else ""

    def must_have_a_way_out(self) -> None:
        """Raises NoWayOutError while the mails of the rules could have no unsubscribe link."""
        must_have_a_way_out(self.check().library.rules, self.way_out)

    def project(self) -> Project:
        return self.wired().project

    def rules(self) -> tuple[Rule, ...]:
        """Those of the files, whether they run already or not."""
        return self.wired().env.rules

    def live_rules(self) -> frozenset[str]:
        """Those that run, also where the files have them no more."""
        with read(self.engine) as connection:
            return frozenset(live_versions(connection))

    # ---- ticks ----

    def now(self) -> datetime:
        """The live run's time."""
        with read(self.engine) as connection:
            run, real = find_run(connection, tables.LIVE), clock(connection)
        return run.at(real) if run else real

    def tick(self, at: datetime | None = None) -> list[Ticked]:
        """Every rule that has not done its newest slot (or the slot ``at``), recorders first; what was done or failed."""
        if not self._ticking.acquire(blocking=False):
            return []  # another thread is at it
        try:
            env, run, slot = self._live(at)
            return self._told(self._ticks.tick(env, run, slot, self._due(run, slot)))
        finally:
            self._ticking.release()

    def share_tick(self) -> None:
        """The same, a bell for each rule that is due, so that all workers take part. SQLite lets only one write."""
        if self.engine.dialect.name == "sqlite":
            self.tick()
            return
        env, run, slot = self._live()
        due = self._due(run, slot)
        for rule in env.rules:
            if rule.id in due:
                self.bell.ring(Task.MATCH, rule.id)

    def match(self, name: str) -> None:
        """One rule at its newest slot, and a bell for those that waited for it."""
        env, run, slot = self._live()
        rule = env.rule(name)
        done = self._told(self._ticks.tick(env, run, slot, {name}))
        if rule is not None and rule.milestones and any(one.outcome == "done" for one in done):
            self.share_tick()

    def replay(self, stretch: Stretch, progress: Callable[[datetime], None]) -> Replayed:
        """The rules over a stretch of time that has passed."""
        wired = self.in_force()
        return replay(self.engine, wired.env, stretch, lambda run: self._drain(wired, run), progress, self.stopping)

    def backtest(self, rule: Rule, wanted: Wanted, progress: Callable[[float], None]) -> Report:
        """What the rule would have done, but for silent feeds. Raises NoFactsError where there is no history."""
        wired = self.wired()
        env = replace(wired.env, feeds=None)  # which have to be looked at slot by slot: minutes in place of seconds
        return backtest(self.engine, env, rule, wanted, restraint_of(wired.project, env.priority), progress)

    def say(self, rule: Rule) -> str:
        """The rule read aloud, with the project's words."""
        return say(rule, self.project())

    def _live(self, at: datetime | None = None) -> tuple[Environment, Run, datetime]:
        """The rules, the live run, which knows them, and its newest slot."""
        wired = self.in_force()
        if self._known is not wired:
            self._make_known(wired)
        with read(self.engine) as connection:
            run = find_run(connection, tables.LIVE)
            real = clock(connection)
        if run is None:
            raise LookupError(tables.LIVE)
        return wired.env, run, at or slot_of(run.at(real), wired.env.every)

    def _make_known(self, wired: Wired) -> None:
        with write(self.engine) as connection:
            run = open_run(connection, tables.LIVE)
            if not needs_plan(wired.checked):  # else whoever applied them has done so
                sync_rules(connection, run.id, wired.env.rules, run.at(clock(connection)))
        self._known = wired

    def _due(self, run: Run, slot: datetime) -> frozenset[str]:
        with read(self.engine) as connection:
            return due_rules(connection, run.id, slot)

    def _told(self, ticked: Sequence[Ticked]) -> list[Ticked]:
        done = [one for one in ticked if one.outcome == "done"]
        for one in done:
            log(Log.TICK_DONE if one.starts or one.nudges or one.skips else Log.TICK_IDLE, **vars(one))
            if one.tripped:
                log(Log.RULE_TRIPPED, rule=one.rule, why=one.tripped)
            if one.missed:
                log(Log.TICK_MISSED, rule=one.rule, missed=one.missed)
        if any(one.nudges for one in done):
            self.bell.ring(Task.DELIVER)
        return [one for one in ticked if one.outcome in ("done", "failed")]

    # ---- deliveries ----

    def deliver(self) -> list[Delivered]:
        """Sends what is due, in every run that sends, for a few seconds; rings again if there was more."""
        with read(self.engine) as connection:
            runs = runs_with_deliveries(connection)
        done = [self.in_force().deliverer(run.id).run() for run in runs if not self.stopping.is_set()]
        for one in done:
            log(Log.DELIVER_DONE, more=one.more, late=one.late, states=dict(one.states))
        if any(one.more for one in done):
            self.bell.ring(Task.DELIVER)
        return done

    def sweep(self) -> Swept:
        """Takes back what lost workers held, ends what came too late, and rings for what is due."""
        on_unknown, found = policies(self.in_force().senders), Swept()
        while one := self._sweep_once(on_unknown):
            found += one
        if found:
            log(Log.SWEEP_DONE, **vars(found))
        with read(self.engine) as connection:
            if runs_with_deliveries(connection):
                self.bell.ring(Task.DELIVER)
        return found

    def replay_deliveries(self, ids: Sequence[int], *, who: str, why: str) -> list[int]:
        """Schedules ended deliveries again; the ids of those that were."""
        with write(self.engine) as connection:
            done = send_again(connection, ids, who=who, why=why)
        self.bell.ring(Task.DELIVER)
        return done

    def test_sender(self, name: str, to: str = "") -> Answer:
        """Sends one message that says that it is a test. Raises KeyError for a sender that is not declared."""
        wired, mail = self.wired(), self.project().mail
        own = str(self.project().senders[name].settings.get("to", ""))  # where its alerts go
        return asyncio.run(probe(wired.senders[name], to=to or own, from_=mail.from_ if mail else ""))

    def _sweep_once(self, on_unknown: OnUnknown) -> Swept:
        with write(self.engine) as connection:
            return sweep(connection, on_unknown, random.random)

    def _drain(self, wired: Wired, run: Run) -> None:
        """Until everything that the run has to send is sent, retries included, here or by other workers."""
        moved = time.monotonic()
        while not self.stopping.is_set() and (left := self._unsent(wired, run)):
            if wired.deliverer(run.id).run().states:
                moved = time.monotonic()
            elif time.monotonic() - moved > PATIENCE_S:
                log(Log.REPLAY_WAITS, left=left, slot=run.virtual_from)
                moved = time.monotonic()
            else:
                self.stopping.wait(0.1)

    def _unsent(self, wired: Wired, run: Run) -> int:
        with read(self.engine) as connection:
            return unsent(connection, run, frozenset(wired.senders))

    # ---- how things stand ----

    def status(self, run: str = tables.LIVE) -> Status:
        with read(self.engine) as connection:
            return status(connection, run)

    def says(self) -> Said:
        """What is to be said of the files as they stand."""
        return said_of(self.check(), self.way_out, waits=self.waits_for_plan())

    def ailments(self, found: Signs) -> list[str]:
        """What is wrong, each in a sentence."""
        said, with_broker = self.says(), self.settings.broker_url not in ("", EMBEDDED)
        return [*said.wrong, *ailments(found, tick_every=said.tick_every, with_broker=with_broker)]

    def beat_heart(self, who: str, kind: str) -> None:
        """Notes that a process is alive: every few seconds, or at once when a worker has something else to say."""
        said = self.says() if kind == "worker" else None
        at, last = self._hearts.get(who, (-HEART_S, None))
        if time.monotonic() - at < HEART_S and said == last:
            return
        self._hearts[who] = time.monotonic(), said
        with write(self.engine) as connection:
            beat_heart(connection, who, kind, said)
            forget_the_dead(connection)

    # ---- pauses ----

    def pause(self, rule: str | None, *, who: str, why: str | None) -> bool:
        """Nothing more is sent, of everything or of one rule. False if it was paused already."""
        with write(self.engine) as connection:
            return pause(connection, rule, who=who, why=why, at=clock(connection))

    def resume(self, rule: str | None) -> bool:
        """False if it was not paused."""
        with write(self.engine) as connection:
            done = resume(connection, rule)
        self.bell.ring(Task.TICK)
        self.bell.ring(Task.DELIVER)
        return done
