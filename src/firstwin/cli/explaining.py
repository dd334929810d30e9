"""`firstwin explain`: why a rule did, does or will nudge an account or a person, or not."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import fail, print_json
from firstwin.cli.opening import opened, run_named
from firstwin.cli.tick import moment

if TYPE_CHECKING:
    from firstwin.app import App
    from firstwin.rules.terms import Rule
    from firstwin.tools.explain.answer import Explained
    from firstwin.tools.explain.people import PeopleSeen
    from firstwin.tools.whom import Several, Whom

RuleName = Annotated[str, typer.Argument(help="The name of its file, without `.yaml`.")]
Account = Annotated[str, typer.Argument(help="An account's id; for a rule about people also a person's.")]
Person = Annotated[
    str | None, typer.Option("--person", metavar="ID", help="Of a rule about people: whom.", show_default=False)
]
Run = Annotated[str, typer.Option("--run", help="`live`, or the name of a replay.")]


def explain(
    ctx: typer.Context,
    rule: RuleName,
    account: Account,
    person: Person = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="TIME", help="What the rule said then (UTC), by what was known.", show_default=False
        ),
    ] = None,
    run: Run = "live",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Tell why a rule nudged an account, or did not: each condition with what shows it, what stopped it, what comes next."""
    from firstwin.cli.explained import show, show_people
    from firstwin.tools.explain.people import PeopleSeen

    then = moment(at) if at else None
    with opened(ctx) as app:
        found = _answer(app, rule_named(app, rule), account, person, then, run_named(app, run))
    if as_json:
        print_json(found)
    elif isinstance(found, PeopleSeen):
        show_people(found)
    else:
        show(found)


def _answer(
    app: App, rule: Rule, account: str, person: str | None, at: datetime | None, run: str
) -> Explained | PeopleSeen:
    from firstwin.db.engine import look
    from firstwin.tools.explain.explain import explain as answer
    from firstwin.tools.explain.explain import now_in
    from firstwin.tools.explain.people import people_seen
    from firstwin.tools.whom import Several

    who = who_is(app, rule, account, person, run)
    with look(app.engine) as connection:
        now = now_in(connection, run)
        if at is not None and at > now:
            fail(f"{at:%Y-%m-%d %H:%M} UTC lies in the future: without `--at` you are told what comes next.")
        if isinstance(who, Several):
            return people_seen(connection, run, rule.id, who, at or now)
        return answer(connection, app.wired().env, app.project(), rule, who, run=run, at=at)


def who_is(app: App, rule: Rule, account: str, person: str | None, run: str) -> Whom | Several:
    """Ends the command where nobody is meant whom the database knows."""
    from firstwin.db.engine import look
    from firstwin.tools.explain.explain import now_in
    from firstwin.tools.whom import NotKnownError, whom

    try:
        with look(app.engine) as connection:
            return whom(connection, rule, account, person, now_in(connection, run))
    except NotKnownError as error:
        fail(str(error))


def rule_named(app: App, rule: str) -> Rule:
    """Ends the command where there is none of that name."""
    from firstwin.rules.problems import did_you_mean

    name = Path(rule).stem
    found = app.wired().env.rule(name)
    if found is None:
        fail(f"There is no rule {name}. {did_you_mean(name, [one.id for one in app.rules()])}".rstrip())
    return found
