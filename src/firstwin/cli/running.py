"""`firstwin up`, `worker`, `beat`, `web` and `demo`: what runs until it is told to stop."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from math import isnan
from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import fail, screen
from firstwin.cli.opening import opened
from firstwin.stopping import LOOK_S, Stop

if TYPE_CHECKING:
    from firstwin.app import App
    from firstwin.web.server import Server


def up(ctx: typer.Context) -> None:
    """Run everything in one process: worker, beat, the web pages and a broker of its own."""
    stop = Stop()
    from firstwin.bell import EMBEDDED
    from firstwin.worker import run_worker

    with opened(ctx, serves=True, sends=True, broker_url=EMBEDDED) as app, _web(app):
        app.in_force()  # which tells at once what keeps its rules from running
        seldom_collecting()
        run_worker(app, stop, with_beat=True)


def worker(ctx: typer.Context) -> None:
    """Run a worker. Any number of them may share a database; without a broker it looks into the database by itself."""
    stop = Stop()
    from firstwin.worker import run_worker

    with opened(ctx, serves=True, sends=True) as app:
        app.in_force()
        seldom_collecting()
        run_worker(app, stop)


def beat(ctx: typer.Context) -> None:
    """Ring the workers regularly. It knows no fact, so that none, one or several may run."""
    stop = Stop()
    from firstwin.worker import run_beat

    with opened(ctx, serves=True) as app:
        if not app.settings.broker_url:
            fail("Beat rings workers over a broker: set FIRSTWIN_BROKER_URL, or run `firstwin up` on one machine.")
        run_beat(app, stop)


def web(ctx: typer.Context, beside: Annotated[int | None, typer.Option("--beside", hidden=True)] = None) -> None:
    """Take messages over HTTP, and let people unsubscribe. Any number may run behind a proxy that speaks https."""
    stop = Stop()
    from firstwin.beside import ANOTHER, when_left_alone
    from firstwin.web.siblings import Siblings, processes

    with opened(ctx, serves=True, sends=True) as app:
        stop.quietly()
        if beside is not None:
            when_left_alone(stop.note)
        others = processes(app.settings) - 1 if beside is None else 0
        with Siblings() as siblings, _web(app, beside=beside, shares=others > 0) as server:
            siblings.start([*ANOTHER, "-m", "firstwin", *sys.argv[1:], "--beside", str(server.port)], others)
            seldom_collecting()
            while not stop.wait(LOOK_S):
                siblings.look()
            siblings.tell_to_end()


@contextmanager
def _web(app: App, *, beside: int | None = None, shares: bool = False) -> Iterator[Server]:
    """``beside``: the port of the process that this one helps. ``shares``: others will help this one."""
    from firstwin.telemetry import Log, log
    from firstwin.web.server import PortError, Server, must_be_free
    from firstwin.web.site import site

    host, port = app.settings.web_host, app.settings.web_port if beside is None else beside
    try:
        if shares:
            must_be_free(host, port)
        server = Server(site(app), host, port, shares=shares or beside is not None)
    except PortError as error:
        fail(str(error))
    sys.setswitchinterval(TURN_S)
    server.start()
    log(Log.WEB_STARTED, url=server.url)
    try:
        yield server
    finally:
        server.stop()


def demo(
    exit_: Annotated[bool, typer.Option("--exit", help="End by itself after the three weeks, with a summary.")] = False,
    seconds: Annotated[
        float | None,
        typer.Option(
            "--seconds", min=5, max=86_400, help="How long the three weeks take.", show_default="60; 25 with --exit"
        ),
    ] = None,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port of the inbox page; 0: any that is free.")
    ] = 0,
) -> None:
    """See it work with nothing to set up. Sample accounts, the shipped rules, real mails to a local inbox."""
    if seconds is not None and isnan(seconds):  # which is neither too small nor too large
        fail("--seconds takes a number.")
    stop = Stop()
    from firstwin.demo.run import PortError, run_demo

    try:
        code = run_demo(screen(), stop, seconds=seconds or (25 if exit_ else 60), ends=exit_, port=port)
    except PortError as error:
        fail(str(error))
    raise typer.Exit(code)


def seldom_collecting() -> None:
    """What is there when the work begins stays there. To look through all of it for circles, again and again, takes time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


TURN_S = 0.001  # Python's 5 ms would keep who stores messages waiting after each statement while others are read
