"""`firstwin replay`: decides a nudge once more, from what was known then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import LARGEST_ID, fail, print_json, screen
from firstwin.cli.opening import opened

if TYPE_CHECKING:
    from firstwin.tools.redecide import ClauseAgain, Redecided, Shown

DIFFERENT = 1  # the exit code where another answer comes


def replay(
    ctx: typer.Context,
    nudge: Annotated[
        int, typer.Argument(min=1, max=LARGEST_ID, help="Its id, as `explain` and `deliveries list` show it.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Decide a nudge once more, from its rule's version and the facts as they were known then. Exit code 1 if another answer comes."""
    from firstwin.db.engine import look
    from firstwin.rules.folder import read_rules
    from firstwin.tools.redecide import redecide

    with opened(ctx) as app, look(app.engine) as connection:
        found = redecide(connection, app.wired().env, read_rules(app.settings.project / "rules"), nudge)
    if found is None:
        fail(f"There is no nudge {nudge}: `firstwin explain RULE ACCOUNT` shows those of an account.")
    if as_json:
        print_json(found)
    else:
        _show(found)
    raise typer.Exit(0 if found.same else DIFFERENT)


def _show(found: Redecided) -> None:
    from rich.text import Text

    step = f", step “{found.step}”" if found.step else ""
    head = f"nudge {found.nudge}: {found.rule}{step}, {found.subject}, decided {found.decided_at:%Y-%m-%d %H:%M:%S} UTC"
    screen().print(head, style="bold", soft_wrap=True)
    for note in found.notes:
        screen().print(note, style="yellow", soft_wrap=True)
    for clause in found.clauses:
        screen().print(_clause(clause), soft_wrap=True)
    verdict = (
        "The same answer comes: nudge." if found.same else f"Another answer comes. Then: nudge. Now: {found.decision}."
    )
    if not found.same and found.decision == "nudge":
        verdict = "A nudge comes of it again, but not every condition stands as it did."
    screen().print(Text(verdict, "green" if found.same else "red"), soft_wrap=True)


def _clause(clause: ClauseAgain) -> str:
    then, again = _standing(clause.then), _standing(clause.again)
    return (
        f"{clause.says}: then {then}, now {again}; {clause.why}" if clause.why else f"{clause.says}: {then}, as it was"
    )


def _standing(shown: Shown | None) -> str:
    if shown is None:
        return "not asked"
    return f"{'true' if shown['holds'] else 'false'}{_evidence(shown)}"


def _evidence(shown: Shown | None) -> str:
    names = (("count", "{} facts"), ("last_at", "newest {}"), ("value", "value {}"))
    said = [form.format(shown[name]) for name, form in names if shown and shown.get(name) is not None]
    return f" ({', '.join(said)})" if said else ""
