"""`firstwin status`: how things stand, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import counted, print_json, print_table, screen
from firstwin.cli.opening import opened

if TYPE_CHECKING:
    from firstwin.tools.status import Status

OUTCOMES = {
    "hard_bounce": "hard bounce",
    "soft_bounce": "soft bounce",
    "complaint": "complaint",
    "unsubscribed": "unsubscription",
}


def status(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show how things stand: what waits, what was skipped and why, which feeds are silent, who is alive."""
    from firstwin.tools.status import rejects

    with opened(ctx) as app:
        found = app.status()
        wrong = app.ailments(found)
        waits = app.waits_for_plan()
        broker, rejected = app.bell.answers(), rejects(app.settings.project)
    if as_json:
        print_json({**asdict(found), "broker": broker, "rejects": rejected, "wrong": wrong, "waits_for_plan": waits})
        return
    _show(found)
    for name, lines in rejected.items():
        screen().print(f"{name}: {counted(lines, 'line')} that could not be imported.", style="yellow")
    if broker is not None:
        screen().print(f"The broker {'answers' if broker else 'does not answer: workers look by themselves'}.")
    if waits:
        screen().print(waits, style="yellow")
    for sentence in wrong:
        screen().print(sentence, style="red")


def _show(found: Status) -> None:
    people = "1 person" if found.people == 1 else f"{found.people:,} people"
    screen().print(f"{counted(found.accounts, 'account')}, {people}, at {found.at:%Y-%m-%d %H:%M:%S} UTC")
    by_itself = {rule.id for rule in found.rules if rule.tripped}  # which stands among what is wrong
    for pause in (one for one in found.pauses if one.rule not in by_itself):
        again = f"firstwin resume{f' {pause.rule}' if pause.rule else ''}"
        screen().print(f"{pause}. `{again}` goes on.", style="yellow", soft_wrap=True)
    _show_rules(found)
    _show_counts("Deliveries", found.deliveries)
    _show_counts("Not sent, and why", found.not_sent)
    if found.outcomes:
        told = ", ".join(counted(count, OUTCOMES[kind]) for kind, count in found.outcomes.items())
        screen().print(f"Told by mail providers: {told}.")
    if found.feeds:
        rows = [(feed.name, feed.count, _ago(found.at - feed.last_at)) for feed in found.feeds]
        print_table("Events", ("event", "count", "last"), rows, right=("count",))
    _show_sources(found)
    if found.unplaced:
        screen().print(f"{counted(found.unplaced, 'event')} without an account: the person has none, or several.")
    for stopped in found.stopped:
        screen().print(f"{stopped.name}: {stopped.why}", style="yellow")
    if found.hearts:
        print_table("Alive", ("who", "what", "seen"), [(h.who, h.kind, _ago(h.age)) for h in found.hearts])


def _show_rules(found: Status) -> None:
    if not found.rules:
        screen().print(
            "No rule was taken up yet: a worker does that as it starts (`firstwin up`, or `firstwin worker`)."
        )
        return
    rows = [
        (
            rule.id + (" (paused)" if rule.paused else ""),
            _ago(rule.lag) if rule.lag is not None else "never",
            _listed(rule.starts),
            f"{rule.nudges}" + (f" (and {rule.held_out} held out)" if rule.held_out else ""),
            _listed(rule.skips),
        )
        for rule in found.rules
    ]
    print_table("Rules", ("rule", "matched", "starts", "nudges", "skipped"), rows, right=("nudges",))
    for rule in found.rules:
        if rule.held and rule.held_since:
            screen().print(
                f"{rule.id} holds its nudges since {rule.held_since:%Y-%m-%d %H:%M} UTC: {rule.held}.", style="yellow"
            )


def _show_sources(found: Status) -> None:
    rows = [
        (
            source.source or "unknown",
            f"{source.rate:,.2f}",
            _lasted(source.lag),
            source.rejected or "",
            source.unplaced or "",
            source.newest_reject,
        )
        for source in found.sources
    ]
    if rows:
        columns = ("source", "messages/s", "lag", "refused today", "unplaced", "last refused because")
        print_table("Sources", columns, rows, right=columns[1:5])


def _lasted(lag: timedelta | None) -> str:
    return "" if lag is None else f"{lag.total_seconds():,.1f} s"


def _show_counts(title: str, counts: Mapping[str, int]) -> None:
    if counts:
        print_table(title, ("", "count"), counts.items(), right=("count",))


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _ago(age: timedelta) -> str:
    seconds = max(0, int(age.total_seconds()))
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit} ago"
    return f"{seconds} s ago"
