"""The command line: every command and its group. What a command needs is imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from firstwin.cli import (
    backtesting,
    deciding,
    deliveries,
    explaining,
    forgetting,
    health,
    import_,
    keys,
    new,
    pausing,
    planning,
    previewing,
    project,
    running,
    senders,
    status,
    suppressing,
    testing,
    tick,
    verifying,
)

cli = typer.Typer(
    name="firstwin",
    help="Watches what accounts do after they sign up, and nudges the ones that stall before their first win.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help starts three times as fast
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@cli.callback()
def _options(
    ctx: typer.Context,
    project: Annotated[
        Path | None,
        typer.Option("--project", "-p", help="The project folder; else FIRSTWIN_PROJECT, else this folder."),
    ] = None,
) -> None:
    ctx.obj = project


for command in (
    project.init,
    project.check,
    project.say,
    project.schema,
    new.new,
    testing.test,
    planning.plan,
    planning.apply,
    explaining.explain,
    previewing.preview,
    deciding.replay,
    import_.import_,
    running.up,
    running.worker,
    running.beat,
    running.web,
    status.status,
    health.health,
    verifying.verify,
    tick.tick,
    backtesting.backtest,
    pausing.pause,
    pausing.resume,
    suppressing.suppress,
    suppressing.unsuppress,
    suppressing.suppressions,
    forgetting.forget,
    project.migrate,
    running.demo,
    project.version,
):
    cli.command(command.__name__.rstrip("_"))(command)
cli.add_typer(deliveries.group, name="deliveries")
cli.add_typer(keys.group, name="keys")
cli.add_typer(senders.group, name="senders")
