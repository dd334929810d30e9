"""`firstwin keys make|list|revoke`: what the sources of messages prove themselves with."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from firstwin.cli.console import fail, notices, operator, print_json, print_table, screen
from firstwin.cli.opening import opened_for_facts

group = typer.Typer(no_args_is_help=True, help="Write keys: what the sources of messages prove themselves with.")

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")
RESERVED = "import"  # the source of what comes from files

Source = Annotated[str, typer.Argument(help="What sends the messages, for example `shop`.")]


@group.command("make")
def make(
    ctx: typer.Context,
    source: Source,
    replace: Annotated[bool, typer.Option("--replace", help="Revoke the key that the source has.")] = False,
) -> None:
    """Make the write key of a source. It is shown this once: only its hash is kept."""
    from firstwin.db.engine import clock, write
    from firstwin.facts.write_keys import TakenError, make_key

    if not NAME.fullmatch(source) or source == RESERVED:
        fail(
            f"“{source}” can't name a source: take small letters, digits, - and _, such as `shop` (and not `{RESERVED}`)."
        )
    with opened_for_facts(ctx) as ground, write(ground.engine) as connection:
        try:
            key = make_key(connection, source, who=operator(), at=clock(connection), replace=replace)
        except TakenError:
            fail(
                f"{source} has a key: `--replace` revokes it and makes another, or give the new source a name of its own."
            )
    screen().print(key)
    notices().print(f"Give it to the SDK of {source} as its write key. Nobody can show it again.")


@group.command("list")
def list_(ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """List the keys, those that were revoked too."""
    from firstwin.db.engine import read
    from firstwin.facts.write_keys import write_keys

    with opened_for_facts(ctx) as ground, read(ground.engine) as connection:
        found = write_keys(connection)
    if as_json:
        print_json(found)
        return
    if not found:
        notices().print("There is no write key: `firstwin keys make shop` makes one.")
        return
    rows = [
        (key.source, f"{key.begins}…", f"{key.made_at:%Y-%m-%d %H:%M}", key.made_by,
         f"{key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else "")
        for key in found
    ]  # fmt: skip
    print_table("Write keys", ("source", "begins with", "made", "by", "revoked"), rows)


@group.command("revoke")
def revoke(ctx: typer.Context, source: Source) -> None:
    """Revoke the write key of a source: what it sends is refused within a few seconds."""
    from firstwin.db.engine import clock, write
    from firstwin.facts.write_keys import revoke_key

    with opened_for_facts(ctx) as ground, write(ground.engine) as connection:
        done = revoke_key(connection, source, clock(connection))
    if not done:
        fail(f"{source} has no write key: `firstwin keys list` shows those that there are.")
    screen().print(f"The write key of {source} is revoked.")
