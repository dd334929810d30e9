"""`firstwin suppress`, `unsuppress` and `suppressions`: who wants no mail, or cannot be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import fail, notices, operator, print_json, print_table, screen
from firstwin.cli.opening import opened

if TYPE_CHECKING:
    from firstwin.tools.suppressing import Whom

Who = Annotated[str, typer.Argument(metavar="PERSON_OR_ADDRESS", help="A person's id, or a mail address.")]
Class = Annotated[
    str | None,
    typer.Option(
        "--class",
        help="marketing, service, everything, everything-but-service, or more-than-one-a-week.",
        show_default=False,
    ),
]


def suppress(
    ctx: typer.Context,
    who: Who,
    message_class: Class = None,
    why: Annotated[str | None, typer.Option("--why", help="Why; kept and shown.", show_default=False)] = None,
) -> None:
    """Send a person or an address no more mail: of one class, or of any. In force at once."""
    from firstwin.db.engine import write
    from firstwin.outbox.suppressions import NoSecretError
    from firstwin.tools.suppressing import by_hand, whom

    code = _class(message_class or "everything")
    with opened(ctx) as app, write(app.engine) as connection:
        whose = _known(whom(connection, who), who)
        try:
            new = by_hand(connection, app.addresses, whose, code, who=operator(), note=why)
        except NoSecretError as error:
            fail(f"{error}: put 32 or more random characters into .env (openssl rand -hex 32).")
    told = "Suppressed" if new else "It was suppressed already"
    screen().print(f"{told}: {who}, {message_class or 'everything'}. `firstwin unsuppress {who}` takes it back.")


def unsuppress(ctx: typer.Context, who: Who, message_class: Class = None) -> None:
    """Write to a person or an address again, whatever the reason was; of one class, or of all."""
    from firstwin.db.engine import write
    from firstwin.tools.suppressing import READS, lifted, whom

    code = _class(message_class) if message_class else None
    with opened(ctx) as app, write(app.engine) as connection:
        done = lifted(connection, app.addresses, _known(whom(connection, who), who), code)
    if not done:
        screen().print(f"It was not suppressed: {who}.")
    for one in done:
        what = READS.get(one.message_class, one.message_class)
        screen().print(f"Taken back: {what}, {one.why} since {one.since:%Y-%m-%d %H:%M}.")


def suppressions(
    ctx: typer.Context,
    who: Annotated[
        str | None,
        typer.Argument(metavar="PERSON_OR_ADDRESS", help="Only of this one.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at most.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List who is not written to: which class, why, since when, and who said so. Addresses are kept as hashes only."""
    from firstwin.db.engine import read
    from firstwin.tools.suppressing import READS, listed, whom

    with opened(ctx) as app, read(app.engine) as connection:
        whose = _known(whom(connection, who), who) if who else None
        found = listed(connection, app.addresses, whose, limit)
    if as_json:
        print_json(found)
        return
    if not found:
        notices().print("Nobody is suppressed." if who is None else f"It is not suppressed: {who}.")
        return
    rows = [
        (row["person_id"], (row["address_hash"] or "")[:8], READS.get(row["class"], row["class"]), row["reason"],
         f"{row['since']:%Y-%m-%d %H:%M}", row["who"], row["note"])
        for row in found
    ]  # fmt: skip
    print_table("Not written to, the newest first", ("person", "hash", "what", "why", "since", "who", "note"), rows)
    if len(found) == limit:
        notices().print(f"There may be more: `--limit` shows more than {limit}.")


def _known(found: Whom | None, said: str) -> Whom:
    if found is None:
        fail(f"There is no person {said!r}, and it is no mail address.")
    return found


def _class(said: str) -> str:
    from firstwin.rules.problems import did_you_mean
    from firstwin.tools.suppressing import CLASSES

    if said not in CLASSES:
        meant = did_you_mean(said, CLASSES) or f"There are {', '.join(CLASSES)}."
        fail(f"There is no class {said}. {meant}")
    return CLASSES[said]
