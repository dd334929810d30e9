"""`firstwin plan` and `firstwin apply`: what a change of the rule files would do, before it is live."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import counted, fail, operator, print_json, screen, watching
from firstwin.cli.opening import opened
from firstwin.cli.times import length

if TYPE_CHECKING:
    from firstwin.app import App
    from firstwin.tick.environment import Environment

CHANGES = 1  # the exit code of a plan that holds a change, as of `diff`; a mistake is 2, as everywhere


def plan(
    ctx: typer.Context,
    since: Annotated[str, typer.Option("--since", metavar="30d|4w", help="How much of the past to look at.")] = "30d",
    examples: Annotated[int, typer.Option("--examples", min=0, help="How many to show of each kind.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Tell what the rule files would do that is not done now. Exit code 0 if nothing changes, 1 if something does, 2 if it cannot be told."""
    from firstwin.cli import plan_shown
    from firstwin.db.engine import clock, write
    from firstwin.tools.plan.plan import make_plan
    from firstwin.tools.plan.stored import store

    back = length(since)
    if back is None:
        fail(f"`{since}` is not a length of time: write it like 30d or 4w.")
    with opened(ctx) as app, _in_words():
        env = _environment(app)
        with watching("Looking at the past") as told:
            made = make_plan(app.engine, env, back, told)
        if made.rules:
            with write(app.engine) as connection:
                store(connection, made, who=operator(), at=clock(connection))
        project = app.check().project
    if as_json:
        print_json(plan_shown.as_data(made, project, examples))
    else:
        plan_shown.show(made, project, examples)
    raise typer.Exit(CHANGES if made.rules else 0)


def apply(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="HASH", help="The plan, as `firstwin plan` named it.")],
    share: Annotated[
        str, typer.Option("--share", metavar="10%", help="How far its figures may have moved; 5 subjects always may.")
    ] = "10%",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> None:
    """Bring the rule files live as a plan has told. Refuses if the files, or what they would do, are no longer the plan's."""
    from firstwin.bell import Task
    from firstwin.cli import plan_shown
    from firstwin.tools.plan.apply import Applying

    moved = _share(share)
    with opened(ctx) as app, _in_words():
        applying = Applying(app.engine, _environment(app), name, moved, operator())
        with watching("Looking at the past") as told:
            made = applying.check(told)
        if not yes:
            plan_shown.show_table(made)
            typer.confirm("Bring these rules live?", abort=True)
        applying.apply(made)
        app.bell.ring(Task.TICK)
    rules = ", ".join(f"{one.change.rule.id} ({one.change.kind})" for one in made.rules)
    screen().print(f"Live: {counted(len(made.rules), 'rule')} changed: {rules}.", style="green", soft_wrap=True)


def _environment(app: App) -> Environment:
    """What the files say now, whether it may run already or not. Raises ProjectError for a mistake."""
    from dataclasses import replace

    from firstwin.tick.feeds import Feeds
    from firstwin.tools.check import ProjectError
    from firstwin.tools.surroundings import environment

    checked = app.check()
    if checked.errors:
        raise ProjectError(checked.errors)
    return replace(environment(checked, app.addresses), feeds=Feeds())


@contextmanager
def _in_words() -> Iterator[None]:
    from firstwin.tools.plan.changes import PlanError

    try:
        yield
    except PlanError as error:
        fail(str(error))


def _share(text: str) -> float:
    number = text.strip().removesuffix("%")
    if not number.isdigit() or int(number) > 100:  # noqa: PLR2004 - percent
        fail(f"`{text}` is not a share: write it like 10%.")
    return int(number) / 100
