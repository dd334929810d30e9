"""The referee's reading of usage, of what a property did, of nudges, and of the people of an account.

- Usage: the mean of the time before is that of its stretches, each as long as the one that is looked at. For facts that
  is their number, scaled. The floor counts the whole of the time before; of people, each once.
- A number moves from its value before the window to the one at the window's end. In ``ever`` it begins with the first
  value there was. Where either is no number it did not move; a share is of what was above zero.
- A value changes where a fact in the window tells another one than the fact before it, wherever that one lies.
- A nudge of a person is none of the account, though the fact names both.
- In an account is who it said so of last: each account has facts of its own about a person. ``account.`` is then this one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from firstwin.rules.terms import (
    BeforeStart,
    Between,
    Changed,
    Ever,
    InLast,
    Moved,
    Nudged,
    People,
    PropertyName,
    SinceStart,
    This,
    Usage,
    Window,
    Within,
)
from tests.match import naive_terms
from tests.match.naive_facts import Fact, concerns

if TYPE_CHECKING:
    from tests.match.naive_terms import Scene

MEMBER = "firstwin.person.account"


def is_true(term: Usage | Moved | Changed | Nudged | People, scene: Scene) -> bool:
    match term:
        case Usage():
            return uses(term, scene)
        case Moved():
            return moves(term, scene)
        case Changed():
            return changes(term, scene)
        case Nudged():
            return nudges(term, scene)
        case People():
            return asks(term, scene)


# ---- usage ----------------------------------------------------------------------------------------------------------


def uses(usage: Usage, scene: Scene) -> bool:
    done = [
        fact
        for fact in scene.facts_of(scene.kind)
        if fact.name in usage.names and naive_terms.fits_where(fact, usage.where, scene)
    ]
    before = between(done, scene.now - usage.length - usage.previous, scene.now - usage.length)
    if number(before, usage) < usage.floor:
        return False
    now = number(between(done, scene.now - usage.length, scene.now), usage)
    share = Fraction(str(usage.share))
    if usage.way == "down":
        return now <= mean(before, usage, scene) * (1 - share)
    return now >= mean(before, usage, scene) * (1 + share)


def between(facts: list[Fact], older: datetime, newer: datetime) -> list[Fact]:
    return [fact for fact in facts if older < fact.occurred_at <= newer]


def number(facts: list[Fact], usage: Usage) -> int:
    return len({fact.person_id for fact in facts} - {None}) if usage.people else len(facts)


def mean(before: list[Fact], usage: Usage, scene: Scene) -> Fraction:
    if not usage.people:
        return len(before) * Fraction(usage.length.total_seconds()) / Fraction(usage.previous.total_seconds())
    stretches = []
    newer = scene.now - usage.length
    while newer > scene.now - usage.length - usage.previous:
        stretches.append(number(between(before, newer - usage.length, newer), usage))
        newer -= usage.length
    return Fraction(sum(stretches), len(stretches))


# ---- properties -----------------------------------------------------------------------------------------------------


def history_of(of: PropertyName, scene: Scene) -> list[Fact]:
    if of.scope == "start":
        return []
    owner = scene.owner(of.scope)
    return [fact for fact in scene.facts if fact.name == f"firstwin.{of}" and concerns(fact, of.scope, owner)]


def moves(moved: Moved, scene: Scene) -> bool:
    told = history_of(moved.of, scene)
    before = told[:1] if isinstance(moved.window, Ever) else [f for f in told if is_before(f, moved.window, scene)]
    until = [fact for fact in told if not is_behind(fact, moved.window, scene)]
    if not before or not until:
        return False
    then, now = before[-1].props.get("value"), until[-1].props.get("value")
    if not naive_terms.is_number(then) or not naive_terms.is_number(now):
        return False
    distance = float(then) - float(now) if moved.way == "fell" else float(now) - float(then)
    return then > 0 and distance >= float(then) * moved.by if moved.is_share else distance >= moved.by


def is_before(fact: Fact, window: Window, scene: Scene) -> bool:
    """Whether the fact lies before the whole window."""
    at, start = fact.occurred_at, scene.start
    match window:
        case InLast() | Between():
            return at <= naive_terms.beginning(window, scene)
        case This():
            return at < naive_terms.beginning(window, scene)
        case SinceStart() | Within():
            return start is not None and at <= start.at
        case BeforeStart(length):
            return start is not None and at < start.at - length
        case Ever():
            return False


def is_behind(fact: Fact, window: Window, scene: Scene) -> bool:
    at, start = fact.occurred_at, scene.start
    match window:
        case Between(_, newer):
            return at > scene.now - newer
        case Within(length):
            return start is None or at > start.at + length
        case BeforeStart():
            return start is None or at >= start.at
        case _:
            return False


def changes(changed: Changed, scene: Scene) -> bool:
    told = history_of(changed.of, scene)
    values = [None, *(fact.props.get("value") for fact in told)]
    return any(
        naive_terms.in_window(fact.occurred_at, changed.window, scene)
        and not naive_terms.same(old, new)
        and is_among(old, changed.old)
        and is_among(new, changed.new)
        for fact, (old, new) in zip(told, pairwise(values), strict=True)
    )


def is_among(value: object, wanted: tuple[object, ...] | None) -> bool:
    """None is any value; nothing in the tuple is no value."""
    if wanted is None:
        return True
    return any(naive_terms.same(value, one) for one in wanted) if wanted else value is None


# ---- nudges and people ----------------------------------------------------------------------------------------------


def nudges(nudged: Nudged, scene: Scene) -> bool:
    return any(
        fact.name == f"firstwin.nudged.{nudged.rule}"
        and naive_terms.in_window(fact.occurred_at, nudged.window, scene)
        and nudged.step in (None, fact.props.get("step"))
        and (scene.kind == "person" or fact.person_id is None)
        for fact in scene.facts_of(scene.kind)
    )


def asks(people: People, scene: Scene) -> bool:
    each = [replace(scene, kind="person", subject=person, asked_by=scene.subject) for person in members(scene)]
    answers = [naive_terms.is_true(people.part, one) for one in each if one.subject_exists()]
    match people.how:
        case "any":
            return any(answers)
        case "every":
            return bool(answers) and all(answers)
        case "no":
            return not any(answers)


def members(scene: Scene) -> list[str]:
    said = {
        fact.person_id: fact.props.get("value")
        for fact in scene.facts
        if fact.name == MEMBER and fact.account_id == scene.subject
    }
    return [person for person, account in said.items() if person is not None and account == scene.subject]
