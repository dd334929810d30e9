"""What is doubtful about the times that a rule speaks of: it would send once only, or hardly ever."""

from __future__ import annotations

from datetime import timedelta

from firstwin.rules.durations import say_duration
from firstwin.rules.scope import Scope
from firstwin.rules.terms import (
    All,
    AnyOf,
    BecomesStart,
    Changed,
    Comparison,
    Count,
    DateStart,
    InLast,
    Measure,
    Moved,
    Named,
    Nudged,
    Property,
    Rule,
    Term,
)


def doubtful_times(rule: Rule, scope: Scope) -> None:
    """Tells the scope."""
    _one_year_only(rule, scope)
    _over_before_it_is_due(rule, scope)


def _one_year_only(rule: Rule, scope: Scope) -> None:
    if isinstance(rule.when, DateStart) and rule.when.yearly and rule.again.kind == "never":
        message = "The date comes round each year, and with `again: never` only its first return is told."
        scope.warn(message, "Write `again: every time`, or take `every: year` out.", "again")


def _over_before_it_is_due(rule: Rule, scope: Scope) -> None:
    """A state that something made true a while ago is over before the wait is, unless that goes on and on."""
    longest = lasts(rule.when.condition) if isinstance(rule.when, BecomesStart) else None
    if longest is None:
        return
    for step in (step for step in rule.steps if step.number == 1 and step.wait >= longest):
        path = ("steps", step.name, "after") if step.name else ("after",)
        message = (
            f"This state is over {say_duration(longest)} after what made it true, and {say_duration(step.wait)} of it are"
            " waited for: only where that happens on and on is anything sent."
        )
        better = "Take `after:` out, look back farther with a longer `in_last:`, or begin with the event: `when: {event: …}`."
        scope.warn(message, better, *path, at="key")


def lasts(term: Term) -> timedelta | None:
    """How long it stays true at most if nothing more happens; None where there is no end."""
    match term:
        case Count(window=InLast(length), at_least=int()) | Measure(window=InLast(length), at_least=float() | int()):
            return length
        case Changed(window=InLast(length)) | Moved(window=InLast(length)) | Nudged(window=InLast(length)):
            return length
        case Property(comparisons=comparisons):
            return _shortest([each for each in map(_counted_down, comparisons) if each is not None])
        case All(parts):
            return _shortest([each for each in map(lasts, parts) if each is not None])
        case AnyOf(parts):
            each = [lasts(part) for part in parts]
            return max((one for one in each if one is not None), default=None) if None not in each else None
        case Named(_, part):
            return lasts(part)
        case _:
            return None


def _shortest(lengths: list[timedelta]) -> timedelta | None:
    return min(lengths, default=None)


def _counted_down(comparison: Comparison) -> timedelta | None:
    """A date stays near for so long."""
    is_near = comparison.op in ("in_last", "in_next") and isinstance(comparison.value, timedelta)
    return comparison.value if is_near and isinstance(comparison.value, timedelta) else None
