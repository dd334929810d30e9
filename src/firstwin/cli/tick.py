"""`firstwin tick`: matches the rules once, or over a stretch of time that has passed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import fail, notices, print_json, print_table, progress, screen
from firstwin.cli.opening import opened
from firstwin.stopping import Stop

if TYPE_CHECKING:
    from firstwin.app import App
    from firstwin.tools.status import Status

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def tick(
    ctx: typer.Context,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Match at this time (UTC), not now.", show_default=False)
    ] = None,
    begin: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Go through a stretch of time.", show_default=False)
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Its end.", show_default=False)] = None,
    every: Annotated[str, typer.Option("--every", metavar="15m|1h|1d", help="How far apart its ticks are.")] = "1d",
    send: Annotated[bool, typer.Option("--send", help="Send what comes of it; else nothing leaves the house.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The summary for programs.")] = False,
) -> None:
    """Match the rules now, or over a stretch of time. In a stretch they count as new at its beginning."""
    if (begin is None) != (end is None) or (at and begin):
        fail("Say either `--at TIME`, or `--from TIME --to TIME`, or nothing for now.")
    with opened(ctx, sends=send) as app:
        if begin and end:
            _replay(app, begin, end, every, send=send, as_json=as_json)
        else:
            _now(app, moment(at) if at else None, as_json=as_json)


def _now(app: App, at: datetime | None, *, as_json: bool) -> None:
    if at and at > app.now():
        fail(f"{at:%Y-%m-%d %H:%M} UTC lies in the future: rules are matched up to now.")
    done = app.tick(at)
    if as_json:
        print_json([vars(one) for one in done])
    elif not done:
        screen().print("Nothing is due: every rule has been matched for this time.")
    else:
        rows = [(one.rule, one.starts, one.nudges, one.skips) for one in done if one.outcome == "done"]
        print_table("Matched", ("rule", "starts", "nudges", "skipped"), rows, right=("starts", "nudges", "skipped"))
    if broken := [one.rule for one in done if one.outcome == "failed"]:
        fail(f"{', '.join(broken)} could not be matched: `firstwin status` says why.")


def _replay(app: App, begin: str, end: str, every: str, *, send: bool, as_json: bool) -> None:
    from firstwin.tools.replay import Stretch

    stretch = Stretch(moment(begin), moment(end), _length(every), send)
    if not len(stretch):
        fail(f"`--to {end}` lies before `--from {begin}`.")
    with Stop().tells(app.stop), progress() as bar:
        task = bar.add_task("Ticks", total=len(stretch))
        done = app.replay(stretch, lambda slot: bar.update(task, advance=1, description=f"{slot:%Y-%m-%d %H:%M}"))
    found = app.status(done.run)
    if as_json:
        print_json({"run": done.run, "complete": done.complete, "rules": found.rules, "deliveries": found.deliveries})
    else:
        _show(done.run, found, sends=send)
    if not done.complete:
        notices().print("Stopped before the end; the same command goes on where it stood.", style="yellow")
        raise typer.Exit(130)


def _show(run: str, found: Status, *, sends: bool) -> None:
    rows = [
        (
            rule.id,
            sum(rule.starts.values()),
            rule.nudges,
            ", ".join(f"{count} {reason}" for reason, count in rule.skips.items()),
        )
        for rule in found.rules
    ]
    print_table(f"Run {run}", ("rule", "starts", "nudges", "skipped"), rows, right=("starts", "nudges"))
    if sends:
        counts = ", ".join(f"{count} {state}" for state, count in found.deliveries.items())
        screen().print(f"Deliveries: {counts or 'none'}.")
    else:
        screen().print("Nothing was sent: `--send` does that.")


def moment(text: str) -> datetime:
    """A time as people write it, UTC where no zone is said."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        fail(f"`{text}` is not a time: write it like 2026-03-27 or 2026-03-27T09:00.")
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _length(text: str) -> timedelta:
    found = re.fullmatch(r"([1-9]\d*)\s*(m|h|d|w)\w*", text.strip())
    if found is None:
        fail(f"`{text}` is not a length of time: write it like 15m, 1h or 1d.")
    return timedelta(**{UNITS[found[2]]: int(found[1])})
