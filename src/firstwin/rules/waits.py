"""Which events a rule waits for not to happen: those whose silence would make it send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from firstwin.rules.acts import choices
from firstwin.rules.terms import (
    All,
    AnyOf,
    BecomesStart,
    Count,
    Done,
    EventStart,
    Ever,
    Measure,
    Named,
    NoneOf,
    Open,
    People,
    Reached,
    Rule,
    SinceStart,
    Step,
    Term,
    Usage,
    Within,
)

MILESTONE = "firstwin.milestone."
Recorders = Mapping[str, tuple[Rule, ...]]  # by milestone: the rules that record it


@dataclass(frozen=True)
class Awaited:
    """One of these events would do. They are told by the ``milestone`` that they lead to, where the rule waits for one."""

    names: tuple[str, ...]
    milestone: str = ""


def awaited(rule: Rule, step: Step, recorders: Recorders) -> tuple[Awaited, ...]:
    """What this step waits for: were the feed of it broken, the step would go to everyone.

    A step without a wait sends before anything could have happened since the start, and before a way out was open.
    """
    at_once = step.wait <= timedelta(0)
    found = [
        each for term, wanted in _questions(rule, step, at_once=at_once) for each in _silent(term, wanted, at_once)
    ]
    names = (_of_milestone(each, recorders) if isinstance(each, Reached) else Awaited(each.names) for each in found)
    return tuple(dict.fromkeys(each for each in names if each.names))


def awaited_by(rule: Rule, recorders: Recorders) -> tuple[Awaited, ...]:
    """The same of all its steps; of none where the rule says that its feed is sparse."""
    if rule.feed == "sparse":
        return ()
    return tuple(dict.fromkeys(each for step in rule.steps for each in awaited(rule, step, recorders)))


def _questions(rule: Rule, step: Step, *, at_once: bool) -> Iterator[tuple[Term, bool]]:
    """Each condition, and whether the step sends when it holds or when it does not."""
    if isinstance(rule.when, BecomesStart):
        yield rule.when.condition, True
    if rule.until is not None and not at_once:
        yield rule.until, False
    yield from ((term, False) for term in (rule.unless, step.unless) if term is not None)
    yield from ((term, True) for term in (rule.only_if, step.only_if) if term is not None)
    for term in choices(step.actions):
        yield from ((term, wanted) for wanted in (True, False))


def _silent(term: Term, wanted: bool, at_once: bool) -> Iterator[Count | Reached]:
    """The parts that silence makes true, or makes false, as is wanted."""
    match term:
        case All(parts) | AnyOf(parts, _):
            for part in parts:
                yield from _silent(part, wanted, at_once)
        case NoneOf(parts):
            for part in parts:
                yield from _silent(part, not wanted, at_once)
        case Done(each) if _is_bounded(term, wanted):
            for one in each:
                yield from _silent_fact(one, False, at_once)
        case Named(_, part):
            yield from _silent(part, wanted, at_once)
        case People(how, part):
            yield from _silent(part, wanted is not (how == "no"), at_once)
        case _:
            yield from _silent_fact(term, wanted, at_once)


def _silent_fact(term: Term, wanted: bool, at_once: bool) -> Iterator[Count | Reached]:
    match term:
        case Count(window=window) | Measure(window=window):
            empty = at_once and isinstance(window, SinceStart | Within)
            if not empty and _is_bounded(term, wanted):
                yield Count(term.names, window)
        case Usage(names, way="down") if wanted:
            yield Count(names, Ever())
        case Open(names, closed_by):  # what has stopped being closed seems open, what has stopped being opened closed
            yield from [Count(closed_by, Ever())] if _is_bounded(term, not wanted) else []
            yield from [Count(names, Ever())] if _is_bounded(term, wanted) else []
        case Reached() if not wanted:
            yield term
        case _:
            return


def _is_bounded(term: Count | Measure | Open | Done, wanted: bool) -> bool:
    """Whether fewer of them may make it true, as is wanted, or false."""
    return term.at_most is not None if wanted else term.at_least is not None


def _of_milestone(reached: Reached, recorders: Recorders) -> Awaited:
    """The events that lead to a milestone, through others if need be."""
    return Awaited(tuple(sorted(set(_leading_to(reached.milestone, recorders)))), reached.milestone)


def _leading_to(milestone: str, recorders: Recorders) -> Iterator[str]:
    """No rule waits for what it records itself, so that this comes to an end."""
    for rule in recorders.get(milestone, ()):
        match rule.when:
            case BecomesStart(condition):
                for part in _silent(condition, wanted=False, at_once=False):
                    names = part.names if isinstance(part, Count) else _leading_to(part.milestone, recorders)
                    yield from names
            case EventStart(names):
                for name in names:
                    own = name.startswith(MILESTONE)
                    yield from _leading_to(name.removeprefix(MILESTONE), recorders) if own else (name,)
