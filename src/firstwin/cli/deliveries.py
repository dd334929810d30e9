"""`firstwin deliveries list|show|replay`: what went out, what did not, and once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import LARGEST_ID, fail, notices, operator, print_json, print_table, screen
from firstwin.cli.opening import opened, run_named

if TYPE_CHECKING:
    from firstwin.app import App
    from firstwin.tools.deliveries import Wanted

group = typer.Typer(no_args_is_help=True, help="What went out, what did not and why, and once more.")

State = Annotated[str | None, typer.Option("--state", help="scheduled, delivered, dead, …", show_default=False)]
ReasonCode = Annotated[str | None, typer.Option("--reason", help="A reason code.", show_default=False)]
Rule = Annotated[str | None, typer.Option("--rule", help="A rule.", show_default=False)]
Account = Annotated[str | None, typer.Option("--account", help="An account.", show_default=False)]
Channel = Annotated[str | None, typer.Option("--channel", help="email, alert or webhook.", show_default=False)]
To = Annotated[str | None, typer.Option("--destination", help="A sender of firstwin.yaml.", show_default=False)]
Run = Annotated[str, typer.Option("--run", help="`live`, or the name of a replay.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@group.command("list")
def list_(
    ctx: typer.Context,
    state: State = None,
    reason: ReasonCode = None,
    rule: Rule = None,
    account: Account = None,
    channel: Channel = None,
    destination: To = None,
    run: Run = "live",
    limit: Annotated[int, typer.Option("--limit", min=1, max=LARGEST_ID, help="How many at most.")] = 50,
    as_json: Json = False,
) -> None:
    """List deliveries, the newest first."""
    from firstwin.db.engine import read
    from firstwin.tools.deliveries import find, why_none

    with opened(ctx) as app, read(app.engine) as connection:
        wanted = _wanted(run_named(app, run), state, reason, rule, account, channel, destination)
        found = find(connection, wanted, limit)
        none = "" if found else why_none(connection, wanted)
    if as_json:
        print_json(found)
        return
    if not found:
        notices().print(none, soft_wrap=True)
        return
    rows = [
        (d["id"], d["nudge_id"], d["state"], d["reason"], d["rule"], d["step"], d["account_id"], d["address"] or d["destination"],
         d["attempts"], f"{d['due_at']:%Y-%m-%d %H:%M}")
        for d in found
    ]  # fmt: skip
    columns = ("id", "nudge", "state", "reason", "rule", "step", "account", "to", "attempts", "due")
    print_table("Deliveries, the newest first", columns, rows, right=("id", "nudge", "attempts"))
    if len(found) == limit:
        notices().print(f"There may be more: `--limit` shows more than {limit}.")


@group.command("show")
def show(
    ctx: typer.Context,
    delivery: Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="Its id.")],
    as_json: Json = False,
) -> None:
    """Show one delivery: why it was decided, each attempt, and what the other side answered."""
    from firstwin.db.engine import read
    from firstwin.tools.deliveries import find_one

    with opened(ctx) as app, read(app.engine) as connection:
        found = find_one(connection, delivery)
    if found is None:
        fail(f"There is no delivery {delivery}: `firstwin deliveries list` shows those that there are.")
    if as_json:
        print_json(found)
        return
    lists = ("nudge", "attempt_log", "outcomes", "replays")
    print_table(f"Delivery {delivery}", ("", ""), [(name, value) for name, value in found.items() if name not in lists])
    evidence = [
        (c["says"], "yes" if c["holds"] else "no", c.get("count"), c.get("value")) for c in found["nudge"]["evidence"]
    ]
    print_table("Why", ("clause", "holds", "count", "value"), evidence)
    attempts = [(a["fence"], a["began_at"], a["outcome"], a["reason"], a["detail"]) for a in found["attempt_log"]]
    print_table("Attempts", ("no", "began", "outcome", "reason", "answer"), attempts)
    if found["outcomes"]:
        outcomes = [(o["at"], o["kind"], o["provider"], o["detail"]) for o in found["outcomes"]]
        print_table("What became of it", ("at", "what", "told by", "detail"), outcomes)
    if found["replays"]:
        replays = [(r["at"], r["who"], r["from_state"], r["why"]) for r in found["replays"]]
        print_table("Sent again", ("at", "who", "was", "why"), replays)


@group.command("replay")
def replay(
    ctx: typer.Context,
    why: Annotated[str, typer.Option("--why", help="Why; kept with your name.")],
    ids: Annotated[
        list[int] | None,
        typer.Argument(min=1, max=LARGEST_ID, help="Deliveries by id; else by filter.", show_default=False),
    ] = None,
    state: State = None,
    reason: ReasonCode = None,
    rule: Rule = None,
    account: Account = None,
    channel: Channel = None,
    destination: To = None,
    run: Run = "live",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> None:
    """Send dead, unknown, expired or suppressed deliveries again. Gates are judged once more at the wire."""
    wanted = _wanted(run, state, reason, rule, account, channel, destination)
    if not ids and not any((state, reason, rule, account, channel, destination)):
        fail("Say which: ids, or a filter such as `--state dead`.")
    with opened(ctx) as app:
        chosen = ids or _replayable(app, wanted)
        if not chosen:
            fail("None of these can be sent again: only what is dead, unknown, expired or suppressed.")
        if not yes:
            typer.confirm(f"Send again what is chosen ({len(chosen)})?", abort=True)
        done = app.replay_deliveries(chosen, who=operator(), why=why)
    screen().print(f"Scheduled again: {len(done)} of {len(chosen)}.")


def _replayable(app: App, wanted: Wanted) -> list[int]:
    from firstwin.db.engine import read
    from firstwin.tools.deliveries import find_replayable

    with read(app.engine) as connection:
        return find_replayable(connection, wanted)


def _wanted(
    run: str,
    state: str | None,
    reason: str | None,
    rule: str | None,
    account: str | None,
    channel: str | None,
    destination: str | None,
) -> Wanted:
    from firstwin.outbox.states import State as Known
    from firstwin.tools.deliveries import Wanted

    if state is not None and state not in list(Known):
        fail(f"There is no state {state}. There are: {', '.join(Known)}.")
    return Wanted(run, state, reason, rule, account, channel, destination)
