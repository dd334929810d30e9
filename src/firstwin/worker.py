"""The Celery app: tasks of a few lines around calls of App, beat in memory, and rounds that need no bell."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from celery import Celery, signals
from celery.apps.worker import Worker
from celery.beat import EmbeddedService, Scheduler, Service
from celery.exceptions import SecurityWarning
from celery.platforms import EX_OK
from celery.worker import state

from firstwin.app import App
from firstwin.bell import Bell, Task, celery_app
from firstwin.deliver.deliverer import Delivered
from firstwin.outbox.limits import SOFT
from firstwin.stopping import LOOK_S, Stop
from firstwin.telemetry import Log, failed, log

BEAT = "beat"
AT_LEAST_EVERY = timedelta(minutes=1)
SWEEP_EVERY = timedelta(seconds=5)
PATIENCE = timedelta(seconds=10)  # how much longer than usual a bell may be missing before a worker looks by itself


def run_worker(
    app: App,
    stop: Stop,
    *,
    with_beat: bool = False,
    tick_every: timedelta | None = None,
    when_ready: Callable[[], None] = lambda: None,
) -> None:
    """Works until SIGTERM or Ctrl-C. Without a broker it looks into the database by itself.

    ``tick_every`` takes the place of the project's, where its clock is a fast one.
    """
    every = tick_every or _tick_every(app)
    rounds = Rounds(app, every)
    log(Log.WORKER_STARTED, worker=app.name, broker=bool(app.settings.broker_url))
    try:
        if app.settings.broker_url:
            _run_celery(app, stop, rounds, when_ready, beat_every=every if with_beat else None)
        else:
            _run_alone(app, stop, rounds, when_ready)
    finally:
        _stop(app, rounds)
        log(Log.WORKER_STOPPED, worker=app.name)


def run_beat(app: App, stop: Stop) -> None:
    """Rings `tick` and `sweep` until SIGTERM or Ctrl-C. Knows no fact and keeps no file."""
    celery = _with_schedule(celery_app(app.settings.broker_url), _tick_every(app))
    metronome = Service(celery, scheduler_cls=partial(_Metronome, app.bell)).scheduler
    stop.quietly()
    while not stop.wait(metronome.tick()):  # Celery's own loop sleeps up to five seconds, which only an exception ends
        pass


class _Metronome(Scheduler):  # type: ignore[misc]  # Celery has no types
    """Keeps its schedule in memory, where no file gets corrupt, and rings the bell, so that no broker can stop it."""

    producer = None

    def __init__(self, bell: Bell, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - Celery's own
        self._bell = bell
        super().__init__(*arguments, **options)

    def apply_entry(self, entry: Any, producer: None = None) -> None:  # noqa: ANN401, ARG002 - Celery's own
        self._bell.ring(Task(entry.task), *entry.args)


def _tick_every(app: App) -> timedelta:
    """At least every minute, so that silence is noticed soon; a rule ticks when its slot has come."""
    return min(app.project().tick_every, AT_LEAST_EVERY)


class Rounds:
    """What a worker does by itself, without being rung. All of it may be done twice or by several at once."""

    def __init__(self, app: App, tick_every: timedelta) -> None:
        self._app = app
        self._stopped = threading.Event()
        self._heard: dict[Task, float] = {}
        alone = not app.settings.broker_url
        self._work: dict[Task, tuple[timedelta, Callable[[], object]]] = {
            Task.TICK: (timedelta(0) if alone else tick_every + PATIENCE, app.tick),
            Task.DELIVER: (timedelta(0) if alone else PATIENCE, app.deliver),
            Task.SWEEP: (SWEEP_EVERY if alone else SWEEP_EVERY + PATIENCE, app.sweep),
        }

    def heard(self, task: Task) -> None:
        """A bell has done this already."""
        self._heard[task] = time.monotonic()

    def left_over(self, task: Task) -> None:
        """A bell for the rest was rung, and may be lost: the next round looks, whenever one was heard last."""
        self._heard.pop(task, None)

    def run(self) -> None:
        """Round after round until stopped, one right after the other while there is more to send than one gets done."""
        while not self._stopped.is_set():
            more = self.once()
            self._stopped.wait(0 if more else self._app.settings.poll)

    def once(self) -> bool:
        """Does what no bell has asked for in time. Whether time was up before all was sent."""
        # Changed files are seen, and told with the heart, within a round, whichever worker the bells ring for.
        self._do(partial(self._app.beat_heart, self._app.name, "worker"))
        more = False
        for task, (patience, work) in self._work.items():
            last = self._heard.get(task)
            if last is None or time.monotonic() - last >= patience.total_seconds():
                self.heard(task)
                found = self._do(work)
                if found and last is not None and self._app.settings.broker_url:
                    log(Log.BELL_MISSING, task=task.value, worker=self._app.name)
                if _is_more(found):
                    self.left_over(task)
                    more = True
        return more

    def stop(self) -> None:
        self._stopped.set()

    def _do(self, work: Callable[[], object]) -> object:
        if self._stopped.is_set():
            return None
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - the next round must come, whatever happened in this one
            failed(Log.ROUND_FAILED, error, worker=self._app.name)
            return None


def _is_more(found: object) -> bool:
    return isinstance(found, list) and any(isinstance(one, Delivered) and one.more for one in found)


def _run_alone(app: App, stop: Stop, rounds: Rounds, when_ready: Callable[[], None]) -> None:
    stop.quietly()
    when_ready()
    beside = _beside(rounds)
    while beside.is_alive() and not stop.wait(LOOK_S):
        pass
    _stop(app, rounds)
    beside.join(SOFT)


def _beside(rounds: Rounds) -> threading.Thread:
    thread = threading.Thread(target=rounds.run, name="rounds", daemon=True)
    thread.start()
    return thread


def _run_celery(
    app: App, stop: Stop, rounds: Rounds, when_ready: Callable[[], None], *, beat_every: timedelta | None
) -> None:
    celery = _with_tasks(celery_app(app.settings.broker_url), app, rounds)
    beat = None
    if beat_every:
        metronome = partial(_Metronome, app.bell)
        beat = EmbeddedService(_with_schedule(celery, beat_every), thread=True, scheduler_cls=metronome)

    def on_ready(**_: object) -> None:
        if beat:
            beat.start()
        app.bell.ring(Task.TICK)  # beat rings only after its first interval
        when_ready()

    signals.setup_logging.connect(_leave_logging_alone)
    signals.worker_ready.connect(on_ready, weak=False)
    worker = _worker(celery, app, stop)
    stop.calls(partial(_stop_celery, app, rounds))
    beside = _beside(rounds)
    worker.start()
    if beat:
        beat.service.stop(wait=False)  # waiting would be for ever, had its thread died
    beside.join(SOFT)


def _stop(app: App, rounds: Rounds) -> None:
    app.stop()
    rounds.stop()


def _stop_celery(app: App, rounds: Rounds) -> None:
    _stop(app, rounds)
    state.should_stop = EX_OK


def _leave_logging_alone(**_: object) -> None:
    """Celery sets up logging by itself unless somebody listens to this signal."""


def _worker(celery: Celery, app: App, stop: Stop) -> Worker:
    # Celery warns root of pickled messages from the broker; only JSON is accepted here.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    worker = _StoppableWorker(
        app=celery,
        hostname=f"{app.name}@firstwin",
        pool="threads",
        concurrency=app.settings.concurrency,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.wish = stop
    return worker


class _StoppableWorker(Worker):  # type: ignore[misc]  # Celery has no types
    """Ends with what is on the wire finished, the rest handed back, and exit code 0, also after Ctrl-C."""

    wish: Stop

    def install_platform_tweaks(self, _worker: Worker) -> None:
        """Celery's own signal handlers end with exit code 1 after Ctrl-C, and start anew after SIGHUP."""
        self.wish.listen()


def _with_tasks(celery: Celery, app: App, rounds: Rounds) -> Celery:
    def tick(origin: str = "") -> None:
        _heard(app, rounds, Task.TICK, origin)
        app.share_tick()

    def match(rule: str) -> None:
        app.match(rule)

    def deliver() -> None:
        rounds.heard(Task.DELIVER)
        if _is_more(app.deliver()):
            rounds.left_over(Task.DELIVER)

    def sweep(origin: str = "") -> None:
        _heard(app, rounds, Task.SWEEP, origin)
        app.sweep()

    for work in (tick, match, deliver, sweep):
        celery.task(work, name=work.__name__, shared=False, ignore_result=True)
    celery.conf.update(worker_redirect_stdouts=False, broker_connection_max_retries=None)
    return celery


def _heard(app: App, rounds: Rounds, task: Task, origin: str) -> None:
    """Written from inside a task: it shows that the whole way from beat over the broker to a worker is open."""
    rounds.heard(task)
    app.beat_heart(f"{app.name} (bells)", "task")
    if origin == BEAT:
        app.beat_heart(BEAT, BEAT)


def _with_schedule(celery: Celery, tick_every: timedelta) -> Celery:
    celery.conf.update(
        beat_max_loop_interval=5,
        beat_schedule={
            Task.TICK: _every(tick_every, Task.TICK),
            Task.SWEEP: _every(SWEEP_EVERY, Task.SWEEP),
        },
    )
    return celery


def _every(interval: timedelta, task: Task) -> dict[str, Any]:
    return {"task": task.value, "schedule": interval.total_seconds(), "args": (BEAT,)}
