"""Rings a worker: sends a Celery message by name. It never blocks the caller, and a lost bell is harmless."""

from __future__ import annotations

import threading
from enum import StrEnum

from celery import Celery

from firstwin.settings import INSIDE
from firstwin.telemetry import Log, log

EMBEDDED = INSIDE
STALE_AFTER_S = 60  # nobody wants to hear an older bell: the sweep has long done its work


class Task(StrEnum):
    """What a worker can be rung for. A message carries ids only; the worker looks up everything else."""

    TICK = "tick"
    MATCH = "match"
    DELIVER = "deliver"
    SWEEP = "sweep"


def celery_app(broker_url: str) -> Celery:
    """Celery as it is used here: JSON only, no result backend, no retry, no memory of the past."""
    app = Celery("firstwin", broker=broker_url, backend=None, set_as_current=False)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_publish_retry=False,
        task_default_queue="firstwin",
        broker_connection_timeout=2,
        broker_connection_retry_on_startup=True,
        broker_transport_options=_transport(broker_url),
        timezone="UTC",
    )
    return app


def _transport(broker_url: str) -> dict[str, float]:
    if broker_url.startswith("memory:"):
        return {"polling_interval": 0.02}
    # A frozen Redis would otherwise block a publish for ever, and a dead one be tried a hundred times.
    return {"socket_timeout": 3, "socket_connect_timeout": 2, "max_retries": 0}


class Bell:
    """Rings in the background. Rings for the same thing that wait together become one."""

    def __init__(self, broker_url: str) -> None:
        self._app = celery_app(broker_url) if broker_url else None
        self._wanted: dict[tuple[Task, tuple[str, ...]], None] = {}
        self._ringing = False
        self._changed = threading.Condition()
        self._ringer: threading.Thread | None = None

    def ring(self, task: Task, *ids: str) -> None:
        """Asks for ``task`` to be done soon by whoever is free. Without a broker nothing happens: workers poll."""
        if self._app is None:
            return
        with self._changed:
            self._wanted[task, ids] = None
            self._start()
            self._changed.notify_all()

    def answers(self) -> bool | None:
        """Whether the broker can be reached; None without one."""
        if self._app is None:
            return None
        try:
            with self._app.connection_for_write() as connection:
                connection.ensure_connection(max_retries=1, interval_start=0, timeout=3)
        except Exception:  # noqa: BLE001 - a broker that breaks in whatever way does not answer
            return False
        return True

    def close(self, within: float = 3.0) -> None:
        """Waits until what was rung is out, at most so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: not self._wanted and not self._ringing, timeout=within)

    def _start(self) -> None:
        if self._ringer is None:
            self._ringer = threading.Thread(target=self._ring_for_ever, name="bell", daemon=True)
            self._ringer.start()

    def _ring_for_ever(self) -> None:
        while True:
            for task, ids in self._take():
                self._send(task, ids)
            with self._changed:
                self._ringing = False
                self._changed.notify_all()

    def _take(self) -> list[tuple[Task, tuple[str, ...]]]:
        with self._changed:
            self._changed.wait_for(lambda: bool(self._wanted))
            taken, self._wanted, self._ringing = list(self._wanted), {}, True
            return taken

    def _send(self, task: Task, ids: tuple[str, ...]) -> None:
        assert self._app is not None  # noqa: S101 - the thread is only started with a broker
        try:
            self._app.send_task(task.value, args=ids, ignore_result=True, retry=False, expires=STALE_AFTER_S)
        except Exception as error:  # noqa: BLE001 - whatever the broker does, a bell is only a bell
            log(Log.BELL_LOST, task=task.value, why=type(error).__name__)
