"""A condition in words: “logged in since the start”, “account.mrr is at least 1,000”."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from firstwin.rules.durations import say_duration
from firstwin.rules.say_aggregates import say_done, say_latest, say_measure, say_open
from firstwin.rules.say_change import say_changed, say_moved, say_nudged, say_people, say_usage
from firstwin.rules.terms import (
    All,
    AnyOf,
    BeforeStart,
    Between,
    Changed,
    Comparison,
    Count,
    Done,
    Ever,
    Existed,
    InLast,
    Latest,
    Measure,
    Moved,
    Named,
    NoneOf,
    Nudged,
    Open,
    People,
    Property,
    Reached,
    Scalar,
    SinceStart,
    Term,
    This,
    Usage,
    Where,
    Window,
    Within,
)

Labels = Mapping[str, str]
NO_LABELS: Labels = {}
SNAKE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


def say_term(term: Term, labels: Labels = NO_LABELS) -> str:  # noqa: C901, PLR0911, PLR0912 - one case for each
    """The condition in words. ``labels`` say how an event or a milestone reads."""
    match term:
        case Count() | Measure() | Open() | Latest() | Done():
            return _facts(term, labels)
        case Existed(window):
            return _existed(window)
        case Property(of, comparisons):
            return _joined((f"{of} {_comparison(comparison)}" for comparison in comparisons), "and")
        case Reached(milestone):
            return labels.get(milestone, f"reached “{milestone}”")
        case All(parts):
            return _joined((_inner(part, labels) for part in parts), "and")
        case AnyOf():
            return _any(term, labels)
        case NoneOf(parts):
            return _none(tuple(say_term(part, labels) for part in parts))
        case Usage(names, where=where):
            return say_usage(term, f"{_any_event(names, labels)}{say_where(where)}")
        case Moved(window=window):
            return say_moved(term, _window(window))
        case Changed(_, window, old, new):
            return say_changed(term, _window(window), _side(old), _side(new))
        case Nudged(_, window):
            return say_nudged(term, _window(window))
        case People(_, part):
            return say_people(term, say_term(part, labels))
        case Named(name, part):
            return f"in the segment “{name}” ({say_term(part, labels)})"


# ---- counts ---------------------------------------------------------------------------------------------------------


def happened(name: str, labels: Labels = NO_LABELS) -> str:
    """How an event reads: its label, or its name as words where it is written with ``_``."""
    if name in labels:
        return labels[name]
    return name.replace("_", " ") if SNAKE.fullmatch(name) else f"“{name}”"


def _facts(term: Count | Measure | Open | Latest | Done, labels: Labels) -> str:
    match term:
        case Count():
            return _count(term, labels)
        case Measure():
            return say_measure(term, _counted(term, labels), _window(term.window))
        case Open(opened, closed):
            lately = "" if isinstance(term.window, Ever) else f" {_window(term.window)}"
            what = f"{_any_event(opened, labels)}{say_where(term.where)}{lately}"
            return say_open(term, what, _any_event(closed, labels))
        case Latest(names, where):
            return say_latest(_any_event(names, labels), say_where(where))
        case Done(parts):
            return say_done(term, [_done(part, labels) for part in parts])


def _count(count: Count, labels: Labels) -> str:
    what = _counted(count, labels)
    if count.at_most == 0:
        return f"never {what}" if isinstance(count.window, Ever) else f"not {what} {_window(count.window)}"
    if (count.at_least, count.at_most) == (1, None):
        return f"{what} {_window(count.window)}"
    return f"{what} {_times(count.at_least, count.at_most)} {_window(count.window)}"


def _side(values: tuple[Scalar, ...] | None) -> str:
    """A value that a property changes from or to; any value is not spoken of."""
    return "" if values is None else say_scalars(values) if values else "not being set"


def _counted(count: Count | Measure, labels: Labels) -> str:
    what = f"{_any_event(count.names, labels)}{say_where(count.where)}"
    what += f" for the same {count.same}" if count.same else ""
    return f"{what} by anyone in the account" if count.anyone else what


def _any_event(names: Iterable[str], labels: Labels) -> str:
    return " or ".join(happened(name, labels) for name in names)


def _done(part: Count | Reached, labels: Labels) -> str:
    return _any_event(part.names, labels) if isinstance(part, Count) else say_term(part, labels)


def _times(at_least: int | None, at_most: int | None) -> str:
    if at_most is None:
        return f"at least {_so_often(at_least or 1)}"
    if not at_least:
        return f"at most {_so_often(at_most)}"
    return f"exactly {_so_often(at_most)}" if at_least == at_most else f"{at_least} to {at_most} times"


def _so_often(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def _window(window: Window) -> str:
    match window:
        case Ever():
            return "at any time so far"
        case InLast(length):
            return f"in the last {say_duration(length)}"
        case Between(older, newer):
            return f"between {say_duration(older)} ago and {say_duration(newer)} ago"
        case SinceStart():
            return "since the start"
        case Within(length):
            return f"within {say_duration(length)} of the start"
        case BeforeStart(length):
            return f"in the {say_duration(length)} before the start"
        case This(unit):
            return f"this {unit}" if unit != "day" else "today"


def _existed(window: InLast | Between | This) -> str:
    match window:
        case InLast(length) | Between(length, _):
            return f"created at least {say_duration(length)} ago"
        case This(unit):
            return f"created before this {unit} began"


def say_where(where: Iterable[Where]) -> str:
    """The properties of an event, in brackets behind it; nothing where none are asked for."""
    said = [f"{part.prop} {_comparison(comparison)}" for part in where for comparison in part.comparisons]
    return f" (where {_joined(said, 'and')})" if said else ""


# ---- comparisons ----------------------------------------------------------------------------------------------------


def _comparison(comparison: Comparison) -> str:
    value, op = comparison.value, comparison.op
    match op:
        case "is":
            return f"is {_scalars(value)}"
        case "is_not":
            return f"is something other than {_scalars(value)}"
        case "exists":
            return "is set" if value else "is not set"
        case "contains":
            return f"contains {_scalars(value)}"
        case "matches":
            return f"looks like {_scalars(value)}"
        case "in_last" | "in_next" | "older_than":
            return _dated(comparison)
        case _:
            return f"is {op.replace('_', ' ')} {_amount(comparison)}"


def _dated(comparison: Comparison) -> str:
    length = say_duration(comparison.value)  # type: ignore[arg-type] # the three times hold a timedelta
    said = {"in_last": f"was in the last {length}", "in_next": f"is in the next {length}"}
    return said.get(comparison.op, f"is {length} ago or longer")


def _amount(comparison: Comparison) -> str:
    if comparison.relation is None:
        return _scalars(comparison.value)
    if comparison.relation == "of":
        share = float(comparison.value) * 100  # type: ignore[arg-type] # an order holds a number
        return f"{share:.10g}% of {comparison.other}"
    return f"{_scalars(comparison.value)} {comparison.relation} {comparison.other}"


def _scalars(value: object) -> str:
    return say_scalars(value if isinstance(value, tuple) else (value,))


def say_scalars(values: tuple[Scalar, ...]) -> str:
    """Values as one would write them: “pro” or “team”; 1,000; true."""
    return _joined((_scalar(value) for value in values), "or")


def _scalar(value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"“{value}”" if isinstance(value, str) else f"{value:,.10g}"


# ---- joined ---------------------------------------------------------------------------------------------------------


def _any(term: AnyOf, labels: Labels) -> str:
    said = [_inner(part, labels) for part in term.parts]
    if term.at_least == 1:
        return _joined(said, "or")
    return f"at least {term.at_least} of these: {'; '.join(said)}"


def _none(said: tuple[str, ...]) -> str:
    return f"not ({said[0]})" if len(said) == 1 else f"none of these: ({'; '.join(said)})"


def _inner(part: Term, labels: Labels) -> str:
    said = say_term(part, labels)
    joined = isinstance(part, All | AnyOf) and len(part.parts) > 1
    return f"({said})" if joined else said


def _joined(said: Iterable[str], last: str) -> str:
    words = list(said)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else "anything"
