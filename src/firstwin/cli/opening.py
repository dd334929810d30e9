"""Opens the project for a command, and turns what the user can put right into a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from firstwin.cli.console import fail

if TYPE_CHECKING:
    from firstwin.app import App
    from firstwin.settings import Settings
    from firstwin.tools.ground import Ground


@contextmanager
def opened(
    ctx: typer.Context, *, serves: bool = False, sends: bool = False, broker_url: str | None = None
) -> Iterator[App]:
    """The project that the command line names. ``serves``: it runs on, and its log is what it tells. ``sends``: it
    writes to customers, or is where they come to be written to no more.

    ``broker_url`` takes the place of the setting.
    """
    from firstwin.app import App
    from firstwin.tools.sending import must_keep_time

    settings = configured(ctx, serves=serves)
    if broker_url is not None:
        settings = settings.model_copy(update={"broker_url": broker_url})
    with answering(), App.open(settings) as app:
        if sends:
            must_keep_time(app.project(), app.settings.killed_after)
            app.must_have_a_way_out()
        yield app


@contextmanager
def opened_for_facts(ctx: typer.Context) -> Iterator[Ground]:
    """Only the database and firstwin.yaml, for what needs no rule and shall stay small."""
    from firstwin.settings import placeholders
    from firstwin.tools.ground import ground

    settings = configured(ctx)
    with answering(), ground(settings.project, settings.database, placeholders(settings)) as found:
        yield found


def run_named(app: App, name: str) -> str:
    """The run that a command line means, by its whole name or the end of it. Ends the command where there is none."""
    from firstwin.db.engine import read
    from firstwin.db.runs import all_runs, run_called
    from firstwin.db.tables import LIVE

    with read(app.engine) as connection:
        found = name if name == LIVE else run_called(connection, name)
        known = [run.id for run in all_runs(connection)]
    if found is None:
        fail("\n".join([f"There is no run {name}. There are:", *(f"  {run}" for run in known)]))
    return found


@contextmanager
def answering() -> Iterator[None]:
    """What the user can put right ends the command with a sentence."""
    from firstwin.db.engine import DatabaseError
    from firstwin.outbox.limits import LimitsError
    from firstwin.outbox.way_out import NoWayOutError
    from firstwin.tools.check import ProjectError
    from firstwin.tools.plan.gate import NotAppliedError

    try:
        yield
    except (DatabaseError, ProjectError, NoWayOutError, NotAppliedError, LimitsError) as error:
        fail(str(error))


def configured(ctx: typer.Context, *, serves: bool = False) -> Settings:
    """The settings, with logging set up as they say; a command that gives an answer logs only what goes wrong."""
    from firstwin import telemetry
    from firstwin.settings import SettingsError, load

    try:
        settings = load(ctx.obj)
    except SettingsError as error:
        fail(str(error))
    telemetry.configure(style=settings.log_format, level=settings.log_level if serves else "warning")
    return settings
