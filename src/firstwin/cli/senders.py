"""`firstwin senders list|test|enable`: which ways out there are, how each stands, and whether one works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import fail, print_json, print_table, screen
from firstwin.cli.opening import opened

if TYPE_CHECKING:
    from firstwin.app import App

group = typer.Typer(no_args_is_help=True, help="The ways out: what firstwin.yaml declares, and whether it works.")


@group.command("list")
def list_(ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """List the senders of firstwin.yaml with how each stands, and the types that are installed."""
    from firstwin.db.engine import clock, read
    from firstwin.senders.contract import flow_of
    from firstwin.senders.load import sender_types
    from firstwin.tools.destinations import destinations

    with opened(ctx) as app:
        declared = {name: sender.type for name, sender in app.project().senders.items()}
        flows = {name: flow_of(sender) for name, sender in app.wired().senders.items()}
        with read(app.engine) as connection:
            stand = {each.name: each for each in destinations(connection, clock(connection))}
    types = sorted(sender_types())
    if as_json:
        print_json(
            {
                "senders": declared,
                "types": types,
                "flows": {name: vars(flow) for name, flow in flows.items()},
                "stand": {name: vars(each) for name, each in stand.items()},
            }
        )
        return
    rows = [
        (
            name,
            kind,
            f"{flows[name].rate:g}" if flows[name].rate else "any",
            "yes" if flows[name].ordered else "",
            stand[name].why if name in stand else "nothing was sent there yet",
        )
        for name, kind in declared.items()
    ]
    print_table("Senders", ("name", "type", "a second", "in order", "stands"), rows, right=("a second",))
    screen().print(f"Installed types: {', '.join(types)}.")


@group.command("enable")
def enable(
    ctx: typer.Context, name: Annotated[str, typer.Argument(help="The sender's name in firstwin.yaml.")]
) -> None:
    """Let messages go to a destination again: one that is disabled, that rests after failures, or that asked for a rest."""
    from firstwin.bell import Task
    from firstwin.db.engine import write
    from firstwin.outbox import destinations

    with opened(ctx) as app:
        _must_be_declared(app, name)
        with write(app.engine) as connection:
            done = destinations.enable(connection, name)
        app.bell.ring(Task.DELIVER)
    screen().print(f"{name}: {'takes messages again' if done else 'nothing kept messages from it'}.")


@group.command("test")
def try_out(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The sender's name in firstwin.yaml.")],
    to: Annotated[str, typer.Option("--to", help="The address of a test mail.", show_default=False)] = "",
) -> None:
    """Send one message marked as a test, and tell what the other side answered."""
    from firstwin.senders.contract import Accepted

    with opened(ctx) as app:
        _must_be_declared(app, name)
        answer = app.test_sender(name, to)
    if not isinstance(answer, Accepted):
        kind = type(answer).__name__.lower()
        fail(f"{name}: {kind} ({answer.reason}). {answer.detail}".rstrip())
    screen().print(f"{name}: accepted. {answer.detail}".rstrip(), style="green")


def _must_be_declared(app: App, name: str) -> None:
    from firstwin.rules.problems import did_you_mean

    names = app.project().senders
    if name not in names:
        fail(f"firstwin.yaml declares no sender {name}. {did_you_mean(name, names)}".rstrip())
