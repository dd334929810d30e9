"""`firstwin forget`: erases a person, after showing what that comes to."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import fail, operator, print_table, screen
from firstwin.cli.opening import opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstwin.app import App
    from firstwin.facts.gone import Gone
    from firstwin.tools.forget import Forgetting, Forgotten


def forget(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(help="The person's id, or a previous one.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would come to.")] = False,
    keep_writing: Annotated[
        bool, typer.Option("--keep-writing", help="Don't suppress the addresses: an import may bring them back.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> None:
    """Erase a person everywhere: facts, memberships, messages that wait. Shows first what goes, and what stays and why."""
    from firstwin.tools.forget import Forgetting

    with opened(ctx) as app:
        forgetting = Forgetting(app.engine, app.addresses, operator(), suppresses=not keep_writing)
        gone = forgetting.find(person)
        if gone is None:
            fail(_nobody(person, forgetting.whose(person) if "@" in person else []))
        with _in_words():
            _show(app, forgetting.try_out(gone), gone, forgetting)
            if dry_run:
                screen().print("Nothing was erased: this was a dry run.")
                return
            if not yes:
                typer.confirm("Erase this for good?", abort=True)
            forgetting.forget(gone)
    screen().print("Forgotten.", style="green")


def _nobody(said: str, owners: Sequence[str]) -> str:
    if not owners:
        return f"Nothing is known of a person {said}."
    commands = "\n".join(f"  firstwin forget {shlex.quote(one)}" for one in owners)
    return f"No person has the id {said}, but this is or was the address of:\n{commands}"


def _show(app: App, found: Forgotten, gone: Gone, forgetting: Forgetting) -> None:
    from firstwin.tools.forget import remains

    rows = [(what, count) for what, count in found.counts.items() if count]
    print_table("What is erased", ("", "rows"), rows, right=("rows",))
    screen().print("What remains:", style="bold")
    for sentence in remains(found.counts, gone, app.settings.project, suppresses=forgetting.suppresses):
        screen().print(f"- {sentence}", soft_wrap=True)


@contextmanager
def _in_words() -> Iterator[None]:
    from firstwin.outbox.gone import OnTheWireError
    from firstwin.outbox.suppressions import NoSecretError

    try:
        yield
    except OnTheWireError:
        fail("A message to this person is being sent at this moment. Nothing was erased: run it again in a minute.")
    except NoSecretError as error:
        fail(f"{error}. Set it, or let them be written to again with `--keep-writing`.")
