"""Rules that can be read and yet make no sense: that never fire, or not as their author means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from firstwin.rules.documents import Path
from firstwin.rules.scope import Scope
from firstwin.rules.sense_of_time import doubtful_times
from firstwin.rules.terms import (
    BecomesStart,
    Count,
    Done,
    EventStart,
    Ever,
    Measure,
    NoneOf,
    Nudged,
    Reached,
    Rule,
    SinceStart,
    Start,
    Term,
    Within,
)
from firstwin.rules.walk import holds_at_birth, walk

Gated = tuple[Path, Term]


def doubtful(rule: Rule, scope: Scope) -> None:
    """Tells the scope what is doubtful about a rule that has no other mistake."""
    _contradictory(rule, scope)
    _met_from_the_start(rule, scope)
    _first_by_itself(rule, scope)
    _other_things_too(rule, scope)
    _true_for_everybody(rule, scope)
    doubtful_times(rule, scope)


def _gates(rule: Rule) -> Iterator[tuple[str, Gated]]:
    """Each gate with its word and its place."""
    for word in ("until", "unless", "only_if"):
        term = getattr(rule, word)
        if term is not None:
            yield word, ((word,), term)
    for step in (step for step in rule.steps if step.number == 1):
        for word in ("unless", "only_if"):
            term = getattr(step, word)
            if term is not None:
                yield word, (("steps", step.name, word), term)


def _contradictory(rule: Rule, scope: Scope) -> None:
    """`unless` or `until` and `only_if` that say the same."""
    gates = list(_gates(rule))
    for word, (path, term) in gates:
        if word != "only_if":
            continue
        for other, (place, excluded) in gates:
            if other != "only_if" and excluded == term and _meet(path, place):
                message = f"`only_if` asks for what `{other}` excludes: this never sends anything."
                scope.refuse(message, "Take one of the two out.", *path, at="key")


def _meet(one: Path, other: Path) -> bool:
    """Whether two gates stand before the same message."""
    return one[:-1] == other[:-1] or not one[:-1] or not other[:-1]


def _met_from_the_start(rule: Rule, scope: Scope) -> None:
    """A way out that the start itself opens, or a condition that it closes."""
    for word, (path, term) in _gates(rule):
        closed = _closed_by(term, rule.when) if word == "only_if" else _is_the_start(term, rule.when)
        if closed:
            message = "The start itself is what this excludes: the rule never sends anything."
            better = "Name another event, or look only at what comes after: `since: start`."
            scope.refuse(message, better, *path, at="key")


def _closed_by(term: Term, start: Start) -> bool:
    """`only_if: {did_not: E, since: ever}`, or none of what started the rule."""
    if isinstance(term, NoneOf):
        return any(_is_the_start(part, start) for part in term.parts)
    if not isinstance(start, EventStart) or not isinstance(term, Count):
        return False
    return term == Count(term.names, Ever(), None, 0) and set(start.names) <= set(term.names)


def _is_the_start(term: Term, start: Start) -> bool:
    match start, term:
        case EventStart(names), Reached(milestone):
            return names == (f"firstwin.milestone.{milestone}",)
        case EventStart(names), Count(counted):
            return term == Count(counted, Ever()) and set(names) <= set(counted)
        case EventStart(), Done(parts, 1, None):
            return any(_is_the_start(part, start) for part in parts)
        case BecomesStart(condition), _:
            return term == condition
        case _:
            return False


def _first_by_itself(rule: Rule, scope: Scope) -> None:
    """A message that waits for a message of its own rule, where there is no other that could come first."""
    for word, (path, term) in _gates(rule):
        if word != "only_if" or not isinstance(term, Nudged) or term.rule != rule.id:
            continue
        own = path[1] if len(path) > 1 else None
        if ((len(rule.steps) == 1 or own is None) and term.step is None) or (
            term.step is not None and term.step == own
        ):
            message = "This waits for a message of this very rule, so the first is never sent."
            scope.refuse(message, "Name another rule, or a step that comes before this one.", *path, at="key")


def _other_things_too(rule: Rule, scope: Scope) -> None:
    """`per` in the start and no `same` in a gate: most likely forgotten."""
    if not isinstance(rule.when, EventStart) or rule.when.per is None:
        return
    things = {*_words(rule.when.per), *(word for name in rule.when.names for word in _words(name)[:-1])}
    for _, (path, term) in _gates(rule):
        for part in walk(term):
            if (
                isinstance(part, Count | Measure)
                and isinstance(part.window, SinceStart | Within)
                and part.same is None
                and _may_speak_of(things, part.names[0])
            ):
                message = f"This counts `{part.names[0]}` of every `{rule.when.per}`, not only that of the start."
                scope.warn(message, f"If only that one is meant, {_only_that(part, rule.when.per)}.", *path, at="key")


def _may_speak_of(things: AbstractSet[str], name: str) -> bool:
    """Whether an event may carry what tells the start's things apart: `invoice_paid` that of an invoice, `app_opened` not."""
    named = _words(name)
    return len(named) == 1 or not things.isdisjoint(named)


def _words(name: str) -> list[str]:
    """Of `invoice_paid`, `invoicePaid` and `Invoice Paid` alike."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)]


def _only_that(part: Count | Measure, per: str) -> str:
    if isinstance(part, Measure):
        return f"write `same: {per}` beside it"
    return f"write `{{did: {part.names[0]}, same: {per}, since: start}}`"


def _true_for_everybody(rule: Rule, scope: Scope) -> None:
    """A state that every new account is in from its first moment."""
    if (
        isinstance(rule.when, BecomesStart)
        and holds_at_birth(rule.when.condition)
        and not any(s.wait for s in rule.steps)
    ):
        message = (
            f"Every new {rule.about} is in this state from its first moment, so the rule fires for everyone at once."
        )
        scope.warn(message, "Add a wait, like `after: 7 days`, or another condition.", "when")
