"""How a rule begins, in words."""

from __future__ import annotations

from firstwin.rules.problems import listed
from firstwin.rules.say_term import Labels, happened, say_scalars, say_term, say_where
from firstwin.rules.terms import (
    NUDGED,
    BecomesStart,
    ChangedStart,
    DateStart,
    EventStart,
    Scalar,
    Start,
)
from firstwin.rules.terms_clock import ClockStart

MILESTONE = "firstwin.milestone."
CLOCKS = {
    "account": "by the account's own time (else the project's)",
    "person": "by the person's own time (else the project's)",
    "csm": "by the time of the account's CSM (else the project's)",
    "UTC": "UTC",
}


def say_start(start: Start, labels: Labels) -> str:
    match start:
        case EventStart(date=str(date)):
            return _date_of_event(start, date, labels)
        case EventStart():
            return _event(start, labels)
        case DateStart(name, yearly, at):
            return f"{'each year, ' if yearly else ''}counting from the date in {name}{_time_of(at)}"
        case BecomesStart(condition):
            return f"when this becomes true, and for as long as it stays true: {say_term(condition, labels)}"
        case ChangedStart(name, old, new):
            return f"when {name} changes{_side('from', old)}{_side('to', new)}"
        case ClockStart(every, at, zone):
            return f"every {_days(every)} at {at} {CLOCKS[zone]}"


def _event(start: EventStart, labels: Labels) -> str:
    said = [f"{' or '.join(_names(start, labels))}{say_where(start.where)} happens"] if _names(start, labels) else []
    said += [f"{' or '.join(reached)} is reached"] if (reached := _own(start, MILESTONE)) else []
    said += [f"the rule {' or '.join(rules)} has nudged it"] if (rules := _own(start, NUDGED)) else []
    return f"when {' or '.join(said)}{_which(start.which)}{_per(start)}"


def _names(start: EventStart, labels: Labels) -> list[str]:
    names = [name for name in start.names if not name.startswith((MILESTONE, NUDGED))]
    return [_quoted(happened(name, labels)) for name in names]


def _own(start: EventStart, prefix: str) -> list[str]:
    return [f"“{name.removeprefix(prefix)}”" for name in start.names if name.startswith(prefix)]


def _date_of_event(start: EventStart, date: str, labels: Labels) -> str:
    events = f"{' or '.join(_names(start, labels))}{say_where(start.where)}"
    return f"counting from the date in {date} of the newest {events}{_per(start)}{_time_of(start.at)}"


def _time_of(at: str | None) -> str:
    return f" at {at} by the subject's own time (else the project's)" if at else ""


def _per(start: EventStart) -> str:
    return f", separately for each {start.per}" if start.per else ""


def _quoted(said: str) -> str:
    return said if said.startswith("“") else f"“{said}”"


def _which(which: str | int) -> str:
    counted = {"every": "", "first": " for the first time", "latest": ", counting anew each time"}
    return counted[which] if isinstance(which, str) else f" for the {_ordinal(which)} time"


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _side(word: str, values: tuple[Scalar, ...] | None) -> str:
    if values is None:
        return ""
    return f" {word} {say_scalars(values) if values else 'not being set'}"


def _days(every: tuple[str, ...]) -> str:
    said = {"weekday": "day from Monday to Friday", "month": "first of a month", "day": "day"}
    days = [said.get(day, day.capitalize()) for day in every]
    return listed(days, "and").replace("`", "")
