"""The command line: every command and its group. What a command needs is imported when it is called."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

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

NOT_TEXT: Final = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff]")


class _Commands(TyperGroup):
    """What a command line says goes into databases and answers: it must be text."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - Typer brings its own Click
        if wrong := next((one for one in args if NOT_TEXT.search(one)), None):
            ctx.fail(f"This is not text in UTF-8, or holds a control character: {wrong!a}")
        return super().parse_args(ctx, args)


cli = typer.Typer(
    name="firstwin",
    cls=_Commands,
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
