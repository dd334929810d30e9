"""Runs the demo: one process with a worker, beat, a broker, a local inbox, and companies that live three weeks."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_hex

from rich.console import Console
from sqlalchemy import Engine

from firstwin import telemetry
from firstwin.app import App
from firstwin.bell import EMBEDDED
from firstwin.db.engine import read
from firstwin.demo import clock
from firstwin.demo.feed import Feed
from firstwin.demo.happenings import Watch
from firstwin.demo.inbox import Inbox
from firstwin.demo.messages import lines
from firstwin.demo.pages import Pages
from firstwin.demo.project import write_project
from firstwin.demo.screen import Screen
from firstwin.demo.summary import summary
from firstwin.settings import Settings
from firstwin.stopping import Stop
from firstwin.tools.database import opened
from firstwin.tools.due import runs_with_deliveries
from firstwin.worker import run_worker

TICK_S = 0.4  # how long a tick of the demo takes in the real world
LOOK_S = 0.1
PATIENCE_S = 8.0  # how long the last messages may take


class PortError(Exception):
    """The port that was asked for cannot be used."""


def run_demo(console: Console, stop: Stop, *, seconds: float, ends: bool, port: int) -> int:
    """The exit code, 1 if nothing arrived. ``seconds``: how long the three weeks take, before it ends or stands still.

    Raises PortError if the port cannot be used.
    """
    telemetry.configure(style="console", level="error")
    with tempfile.TemporaryDirectory(prefix="firstwin-demo-") as folder, closing(Pages()) as pages:
        settings = _settings(Path(folder), pages.url)
        with opened(settings.database) as engine:
            inbox = _inbox(engine, port)
            write_project(Path(folder), inbox, clock.LENGTH * (TICK_S / seconds))
            with App.open(settings) as app, pages.of(app):
                return _with_inbox(app, stop, inbox, console, seconds, ends=ends)


def _inbox(engine: Engine, port: int) -> Inbox:
    try:
        return Inbox(partial(clock.now, engine), http_port=port)
    except OSError as error:
        raise PortError(f"Port {port} can't be used ({error}): choose another with `--port`.") from error


def _with_inbox(app: App, stop: Stop, inbox: Inbox, console: Console, seconds: float, *, ends: bool) -> int:
    inbox.start()
    console.print(f"The inbox, with every mail and alert as its receiver sees it: {inbox.url}")
    try:
        _run(app, stop, Screen(console, inbox.url), seconds, ends=ends)
    finally:
        inbox.stop()
    if ends:
        with read(app.engine) as connection:
            console.print(summary(connection, app.status()))
    return 0 if inbox.messages else 1


def _settings(folder: Path, public_url: str) -> Settings:
    """Nothing of them comes from outside; the secret lives as long as the demo does."""
    return Settings(
        project=folder,
        database_url=f"sqlite:///{folder}/demo.db",
        broker_url="",  # ours takes its place below; it can't be set
        worker_name="demo",
        secret=token_hex(32),
        public_url=public_url,
    ).model_copy(update={"broker_url": EMBEDDED})


def _run(app: App, stop: Stop, screen: Screen, seconds: float, *, ends: bool) -> None:
    begin = clock.set_up(app.engine, app.rules())
    feed = Feed(app.engine, lines(begin))
    feed.send_the_past(begin)
    life = threading.Thread(target=_live, args=(app, screen, feed, begin, seconds, ends), name="life")
    run_worker(app, stop, with_beat=True, tick_every=timedelta(seconds=TICK_S), when_ready=life.start)
    if life.ident is not None:  # else it was told to stop before it was ready
        life.join()


def _live(app: App, screen: Screen, feed: Feed, begin: datetime, seconds: float, ends: bool) -> None:
    """The three weeks: messages come in as their time comes, and the screen tells what happens."""
    watch = Watch()
    clock.start(app.engine, seconds)
    with screen.drawn(begin):
        while not app.stopping.wait(LOOK_S):
            now = clock.now(app.engine)
            feed.send_until(now)
            with read(app.engine) as connection:
                screen.tell(watch.news(connection), now)
            if now >= begin + clock.LENGTH:
                clock.stop(app.engine)
                break
        _tell_the_rest(app, screen, watch, begin + clock.LENGTH)
    if ends:
        os.kill(os.getpid(), signal.SIGTERM)  # the same way out as for everyone else
    elif not app.stopping.is_set():
        screen.say("The three weeks are over. The inbox stays open until Ctrl-C.")


def _tell_the_rest(app: App, screen: Screen, watch: Watch, end: datetime) -> None:
    """What is due at the end still goes out."""
    until = time.monotonic() + PATIENCE_S
    waits = True
    while waits and time.monotonic() < until and not app.stopping.wait(LOOK_S):
        with read(app.engine) as connection:
            waits = bool(runs_with_deliveries(connection))
            screen.tell(watch.news(connection), end)
