"""`firstwin preview`: a rule's messages for a real account, in a browser or as text. Nothing is sent."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import fail, notices, screen
from firstwin.cli.explaining import Account, Person, RuleName, rule_named, who_is
from firstwin.cli.opening import opened

if TYPE_CHECKING:
    from firstwin.app import App
    from firstwin.rules.terms import Rule
    from firstwin.tools.preview.answer import Preview, Previewed

LACKING = 1  # the exit code where a message could not be made, or lacks a value


def preview(
    ctx: typer.Context,
    rule: RuleName,
    account: Account,
    person: Person = None,
    step: Annotated[str | None, typer.Option("--step", help="Only this step.", show_default=False)] = None,
    text: Annotated[bool, typer.Option("--text", help="Print it as text.")] = False,
    open_: Annotated[
        bool | None, typer.Option("--open/--no-open", help="Open the page in a browser, or not.", show_default=False)
    ] = None,
) -> None:
    """Show the messages that a rule would send for a real account. Exit code 1 if one cannot be made or lacks a value."""
    with opened(ctx) as app:
        asked = rule_named(app, rule)
        _must_have(asked, step)
        found = _look(app, asked, account, person, step)
    if text or (open_ is None and not sys.stdout.isatty()):
        _print(found)
    else:
        _open(found, open_)
    raise typer.Exit(0 if found.is_whole else LACKING)


def _must_have(rule: Rule, step: str | None) -> None:
    from firstwin.rules.problems import did_you_mean

    names = [one.name for one in rule.all_steps]
    if step is None or step in names:
        return
    if names == [""]:
        fail(f"The rule {rule.id} has no steps: leave `--step` out.")
    fail(f"The rule {rule.id} has no step {step}. {did_you_mean(step, names)}".rstrip())


def _look(app: App, rule: Rule, account: str, person: str | None, step: str | None) -> Preview:
    from firstwin.db.engine import look
    from firstwin.db.tables import LIVE
    from firstwin.tools.explain.explain import question_about
    from firstwin.tools.preview.preview import preview as answer
    from firstwin.tools.whom import Several

    wired = app.wired()
    who = who_is(app, rule, account, person, LIVE)
    if isinstance(who, Several):
        people = ", ".join(one.id for one in who.people[:5])
        fail(f"The rule {rule.id} is about people: say whom with `--person`. {account} has {people}.")
    with look(app.engine) as connection:
        question = question_about(connection, wired.env, wired.project, rule, who, LIVE, None)
        return answer(question, wired.desk(LIVE), who, step)


# ---- as a page ------------------------------------------------------------------------------------------------------


def _open(found: Preview, wanted: bool | None) -> None:
    import webbrowser

    from firstwin.settings import has_display

    path = _write(found)
    shown = wanted is not False and (wanted or has_display()) and webbrowser.open(path.as_uri())
    screen().print(f"{'Opened' if shown else 'Written to'} {path}", soft_wrap=True)
    for one in found.messages:
        _tell_wrong(one)


def _write(found: Preview) -> Path:
    """A file that only its owner may read: it holds a customer's data."""
    from tempfile import NamedTemporaryFile

    from firstwin.tools.preview.page import page

    with NamedTemporaryFile("w", prefix="firstwin-preview-", suffix=".html", delete=False, encoding="utf-8") as file:
        file.write(page(found))
    return Path(file.name)


# ---- as text --------------------------------------------------------------------------------------------------------


def _print(found: Preview) -> None:
    from firstwin.tools.preview.page import body_text, lines_of

    screen().print(f"{found.rule} for {found.name or found.subject}: a preview, nothing was sent.", style="bold")
    for note in found.notes:
        screen().print(note, style="yellow", soft_wrap=True)
    for one in found.messages:
        screen().rule(_title(one), align="left")
        _tell_wrong(one)
        for label, value in lines_of(one):
            screen().print(f"{label}: {value}", soft_wrap=True)
        screen().print()
        screen().print(body_text(one), soft_wrap=True)


def _title(one: Previewed) -> str:
    name = ", ".join(filter(None, (one.step and f"step “{one.step}”", one.variant and f"variant {one.variant}")))
    return f"{name}: {one.says}" if name else one.says


def _tell_wrong(one: Previewed) -> None:
    for why in one.would_not:
        notices().print(f"{_title(one)}: it would not go out: {why}", style="yellow", soft_wrap=True)
    for value in one.missing:
        notices().print(f"{_title(one)}: {value} is missing, so that it would not go out.", style="red", soft_wrap=True)
    if one.error:
        notices().print(f"{_title(one)}: it cannot be made: {one.error}", style="red", soft_wrap=True)
