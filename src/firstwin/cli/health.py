"""`firstwin health`: for the health checks of containers, and for whoever is woken by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import notices, print_json
from firstwin.cli.opening import configured

if TYPE_CHECKING:
    from firstwin.settings import Settings
    from firstwin.tools.health import Health


def health(
    ctx: typer.Context,
    ready: Annotated[
        bool, typer.Option("--ready", help="Only ask whether a process could work here: database, tables, project.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Tell what is wrong, and what is worked around; exit code 1 if anything is wrong."""
    found = _found(configured(ctx), ready=ready)
    if as_json:
        print_json({"healthy": not found.wrong, **vars(found)})
    else:
        for sentence in found.wrong:
            notices().print(sentence, style="red")
        for sentence in found.degraded:
            notices().print(sentence, style="yellow")
    raise typer.Exit(1 if found.wrong else 0)


def _found(settings: Settings, *, ready: bool) -> Health:
    """A database or a project that can't be used is one answer among others: 2 means something else to a container."""
    if not ready:
        from firstwin.tools.asked import asked

        return asked(settings)
    from firstwin.app import App
    from firstwin.db.engine import DatabaseError
    from firstwin.tools.check import ProjectError
    from firstwin.tools.health import Health

    try:
        with App.open(settings) as app:
            app.project()
    except (DatabaseError, ProjectError) as error:
        return Health(wrong=(str(error),))
    return Health()
