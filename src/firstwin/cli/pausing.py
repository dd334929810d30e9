"""`firstwin pause` and `resume`: stops everything or one rule, at once and without a deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import fail, operator, screen
from firstwin.cli.opening import opened

if TYPE_CHECKING:
    from firstwin.app import App

Rule = Annotated[str | None, typer.Argument(help="The rule; left out: everything.", show_default=False)]


def pause(
    ctx: typer.Context,
    rule: Rule = None,
    why: Annotated[str | None, typer.Option("--why", help="Why; kept and shown.", show_default=False)] = None,
) -> None:
    """Stop sending: everything, or one rule. What becomes due meanwhile waits, and expires as it would."""
    with opened(ctx) as app:
        _must_be_there(app, rule)
        app.pause(rule, who=operator(), why=why)
        screen().print(f"Paused: {rule or 'everything'}. `firstwin resume{f' {rule}' if rule else ''}` goes on.")


def resume(ctx: typer.Context, rule: Rule = None) -> None:
    """Go on after a pause."""
    with opened(ctx) as app:
        was_paused = app.resume(rule)
        screen().print(f"{'Resumed' if was_paused else 'It was not paused'}: {rule or 'everything'}.")


def _must_be_there(app: App, rule: str | None) -> None:
    from firstwin.rules.problems import did_you_mean

    names = {*app.live_rules(), *(one.id for one in app.rules())} if rule else set()
    if rule and rule not in names:
        fail(f"There is no rule {rule}. {did_you_mean(rule, names)}".rstrip())
