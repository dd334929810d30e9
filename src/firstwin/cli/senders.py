"""`firstwin senders list|test`: which ways out there are, and whether one works."""

from __future__ import annotations

from typing import Annotated

import typer

from firstwin.cli.console import fail, print_json, print_table, screen
from firstwin.cli.opening import opened

group = typer.Typer(no_args_is_help=True, help="The ways out: what firstwin.yaml declares, and whether it works.")


@group.command("list")
def list_(ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """List the senders of firstwin.yaml, and the types that are installed."""
    from firstwin.senders.load import sender_types

    with opened(ctx) as app:
        declared = {name: sender.type for name, sender in app.project().senders.items()}
    types = sorted(sender_types())
    if as_json:
        print_json({"senders": declared, "types": types})
        return
    print_table("Senders", ("name", "type"), declared.items())
    screen().print(f"Installed types: {', '.join(types)}.")


@group.command("test")
def try_out(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The sender's name in firstwin.yaml.")],
    to: Annotated[str, typer.Option("--to", help="The address of a test mail.", show_default=False)] = "",
) -> None:
    """Send one message marked as a test, and tell what the other side answered."""
    from firstwin.rules.problems import did_you_mean
    from firstwin.senders.contract import Accepted

    with opened(ctx) as app:
        names = app.project().senders
        if name not in names:
            fail(f"firstwin.yaml declares no sender {name}. {did_you_mean(name, names)}".rstrip())
        answer = app.test_sender(name, to)
    if not isinstance(answer, Accepted):
        kind = type(answer).__name__.lower()
        fail(f"{name}: {kind} ({answer.reason}). {answer.detail}".rstrip())
    screen().print(f"{name}: accepted. {answer.detail}".rstrip(), style="green")
