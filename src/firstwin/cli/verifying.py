"""`firstwin verify`: whether the database keeps what is promised of deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import counted, notices, print_json, print_table, watching
from firstwin.cli.opening import opened

if TYPE_CHECKING:
    from firstwin.tools.verify import Broken

TABLES = {"delivery": "deliveries", "nudge": "nudges", "attempt": "attempts"}


def verify(ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Look whether every promise about deliveries is kept, row by row; exit code 1 if one is not."""
    from firstwin.db.engine import read
    from firstwin.tools.verify import verify as look

    with opened(ctx) as app, read(app.engine) as connection, watching("Looking at every delivery") as told:
        found = look(connection, app.addresses, told)
    broken = [each for each in found if each.rows]
    if as_json:
        print_json([vars(each) for each in found])
    else:
        print_table("What is promised", ("", "promise", "broken by"), [_row(each) for each in found])
        notices().print(_told(found, broken), style="red" if broken else "green")
    raise typer.Exit(1 if broken else 0)


def _row(each: Broken) -> tuple[str, str, str]:
    if not each.rows:
        return "✓", each.says, ""
    more = ", …" if each.rows > len(each.examples) else ""
    ids = ", ".join(map(str, each.examples))
    return "✗", each.says, f"{each.rows:,} of the {TABLES[each.of]}: {ids}{more}"


def _told(found: tuple[Broken, ...], broken: list[Broken]) -> str:
    if not broken:
        return f"All {len(found)} are kept."
    return f"{counted(len(broken), 'promise')} of {len(found)} broken. `firstwin deliveries show ID` tells what happened to one."
