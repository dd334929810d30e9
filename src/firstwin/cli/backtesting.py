"""`firstwin backtest`: what a rule would have sent, on the project's own history. Nothing is sent or written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstwin.cli.console import counted, fail, notices, print_json, print_table, screen, watching
from firstwin.cli.opening import opened
from firstwin.cli.times import length, moment
from firstwin.tools.reasons import in_words

if TYPE_CHECKING:
    from firstwin.app import App
    from firstwin.rules.terms import Rule
    from firstwin.tools.backtest.figures import Cap, Example, GoalFigures, MailFigures, Week
    from firstwin.tools.backtest.report import Report, Wanted

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
CAPS = "The caps count this rule's mails, and those of other rules that really arrived in that time."
WRITE_TIME = "write it like 90d, 12w or 2026-03-27"


def backtest(
    ctx: typer.Context,
    rule: Annotated[str, typer.Argument(help="The name of its file, without `.yaml`.")],
    since: Annotated[str, typer.Option("--since", metavar="90d|TIME", help="How far to go back.")] = "90d",
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="Where to end; else now.", show_default=False)
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(
            "--every",
            metavar="15m|1h|1d",
            help="How far apart its ticks are; else the project's `tick_every`, and an hour for states.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Tell what a rule would have sent on the project's own history: when, to whom, and why not. It sends nothing."""
    with opened(ctx) as app:
        asked = _rule(app, Path(rule).stem)
        report = _run(app, asked, _wanted(app, since, until, every))
        if as_json:
            print_json({"says": app.say(asked), **vars(report)})
        else:
            _show(app.say(asked), report)


# ---- what was asked for ---------------------------------------------------------------------------------------------


def _rule(app: App, name: str) -> Rule:
    from firstwin.rules.problems import did_you_mean

    library = app.check().library
    if name in library.files:
        app.rules()  # a mistake in any file is told
    found = library.rule(name)
    if found is None:
        fail(f"There is no rule {name}. {did_you_mean(name, library.files)}".rstrip())
    return found


def _wanted(app: App, since: str, until: str | None, every: str | None) -> Wanted:
    from firstwin.tools.backtest.report import Wanted

    now = app.now()
    end = min(now, _end(until) if until else now)
    step = length(every) if every else None
    if every and step is None:
        fail(f"`--every {every}` is not a length of time: write it like 15m, 1h or 1d.")
    begin = _begin(since, end)
    if begin >= end:
        fail(f"`--since {since}` does not lie before the end, {end:%Y-%m-%d %H:%M} UTC: {WRITE_TIME}.")
    return Wanted(begin, end, step)


def _end(until: str) -> datetime:
    found = moment(until)
    if found is None:
        fail(f"`--until {until}` is not a time: write it like 2026-03-27 or 2026-03-27T09:00.")
    return found


def _begin(since: str, end: datetime) -> datetime:
    back = length(since)
    found = end - back if back else moment(since)
    if found is None:
        fail(f"`--since {since}` is not a time: {WRITE_TIME}.")
    return found


def _run(app: App, rule: Rule, wanted: Wanted) -> Report:
    from firstwin.tools.backtest.report import NoFactsError

    with watching(f"Backtest of {rule.id}") as told:
        try:
            return app.backtest(rule, wanted, told)
        except NoFactsError as error:
            fail(str(error))


# ---- what came of it ------------------------------------------------------------------------------------------------


def _show(says: str, report: Report) -> None:
    found = report.figures
    screen().print(says, style="bold", soft_wrap=True)
    if report.first_fact is not None:
        notices().print(f"There are facts from {report.first_fact:%Y-%m-%d} on: it begins there.", style="yellow")
    screen().print(
        f"\nFrom {report.since:%Y-%m-%d %H:%M} to {report.until:%Y-%m-%d %H:%M} UTC, a tick every {_lasting(report.every)}"
        f" ({report.slots:,} of them). The rule counts as new at the beginning,"
        " and no feed is held to be silent.",
        soft_wrap=True,
    )
    if found.weeks:
        _show_weeks(found.weeks)
        print_table("Among them", ("time (UTC)", "whom", "step", "to"), _examples(found.first, found.last))
    for sentence in _sentences(report):
        screen().print(sentence, soft_wrap=True)


def _show_weeks(weeks: Sequence[Week]) -> None:
    """What was stopped has a column where anything was."""
    names = ("sent", "skipped", "stopped") if any(week.stopped for week in weeks) else ("sent", "skipped")
    rows = [(week.begins, *(f"{getattr(week, name):,}" for name in names)) for week in weeks]
    print_table("By week", ("week of", *names), rows, right=names)


def _examples(first: object, last: object) -> Iterator[tuple[str, ...]]:
    from itertools import chain

    parts: list[list[Example]] = [list(first), list(last)]  # type: ignore[call-overload]
    for place, one in enumerate(chain(*parts)):
        if place and place == len(parts[0]) and len(parts[1]):
            yield ("…", "", "", "")
        yield (f"{one.at:%Y-%m-%d %H:%M}", one.subject, one.step, ", ".join(one.to))


def _sentences(report: Report) -> Iterator[str]:
    found = report.figures
    steps = f": {_listed(found.by_step)}" if len(found.by_step) > 1 else ""
    yield (
        f"{counted(found.sent, 'nudge')} for {counted(found.subjects, 'subject')},"
        f" with {counted(found.messages, 'message')}{steps}."
    )
    if found.by_variant:
        yield f"Drawn: {_listed(found.by_variant)}."
    if found.skipped:
        yield f"Skipped: {_explained(found.skipped)}."
    if found.unreached:
        yield f"Messages that would have reached nobody: {_explained(found.unreached)}."
    yield from _on_their_way(found.mails)
    if found.cap.held:
        yield _capped(found.cap)
    if found.goal is not None:
        yield from _reached(found.goal)
    yield "Nothing was sent, and nothing was written. Suppressions are those of today; pauses and the volume breaker are left out."
    if "caps" in report.judged:
        yield CAPS
    if report.caps_alerts:
        yield "The cap of alerts to a CSM is not played: all of them are counted as messages."


def _on_their_way(mails: MailFigures) -> Iterator[str]:
    if mails.delayed:
        yield f"Held by quiet hours: {counted(mails.delayed, 'mail')}, which left at their end."
    if mails.waiting:
        yield f"Still held by quiet hours when the stretch ends: {counted(mails.waiting, 'mail')}."
    if mails.stopped:
        yield f"Decided, and not sent after all: {_explained(mails.stopped)}."


def _capped(cap: Cap) -> str:
    return (
        f"The cap of {cap.a_day:,} messages a day would have held {cap.held:,} until the next,"
        f" on {counted(cap.days, 'day')}."
    )


def _reached(goal: GoalFigures) -> Iterator[str]:
    if goal.nudged:
        lasted = f", half of them within {_lasting(goal.median)}" if goal.median is not None else ""
        yield (
            f"The goal ({goal.says}): of {goal.nudged:,} nudged, {goal.before:,} had reached it before the message and"
            f" {goal.after:,} did after it ({_share(goal.after, goal.nudged)}){lasted};"
            f" within 7 days {goal.soon:,} ({_share(goal.soon, goal.nudged)})."
        )
    if goal.others:
        yield (
            f"Of {goal.others:,} that were not nudged and had not reached it by then, {goal.others_reached:,} reached it"
            f" ({_share(goal.others_reached, goal.others)})."
        )
    if goal.others_before:
        yield f"{goal.others_before:,} that were not nudged had reached it before, and are left out."


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}"


def _explained(reasons: Mapping[str, int]) -> str:
    """How often each code stands there, and what it means."""
    return "; ".join(f"{count:,} {reason} ({in_words(reason)})" for reason, count in reasons.items())


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name or 'without a name'}" for name, count in counts.items())


def _lasting(time: timedelta) -> str:
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if time >= unit and (time % unit == timedelta(0) or time >= 2 * unit):
            return counted(round(time / unit), name)
    return counted(round(time.total_seconds()), "second")
