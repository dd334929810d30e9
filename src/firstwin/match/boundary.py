"""The ages at which the clock alone can change what is true. Pure values; `changed.py` makes SQL of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from firstwin.rules.terms import Comparison, PropertyName, Subject

MEMBER = "firstwin.person.account"  # which account a person is in: a fact for each account that this concerns
NOW_ON = timedelta(0)  # the age at which a fact dated ahead becomes present


@dataclass(frozen=True)
class Boundary:
    """Facts with this name matter when their age passes ``age``, which is negative for what lies ahead.

    The age is counted from when the fact happened, or from the moment that its value names. ``whose`` is "account" where
    a person rule reads the facts of the person's account, and "people" where an account's reads those of its people:
    they concern each account that the person is in or has been in. ``period`` stands in place of an age for what begins anew with
    the subject's own day, week or month: then the facts of the period that ended matter.
    """

    name: str
    age: timedelta = NOW_ON
    of: Literal["fact", "value"] = "fact"
    whose: Literal["subject", "account", "people"] = "subject"
    period: Literal["day", "week", "month"] | None = None


Boundaries = frozenset[Boundary]


def of_facts(names: Iterable[str], *ages: timedelta) -> Boundaries:
    return frozenset(Boundary(name, age) for name in names for age in ages)


def of_account(boundaries: Boundaries) -> Boundaries:
    """The same, for facts of the account that a person is in; that it is another account is a change as well."""
    moved = Boundary(MEMBER)
    return frozenset(replace(b, whose="account") for b in boundaries) | {moved}


def of_people(boundaries: Boundaries) -> Boundaries:
    """The same for an account, whose people are asked: their own facts, the account's, and who they are."""
    theirs = {replace(b, whose="people") for b in boundaries if b.whose == "subject" and b.name != MEMBER}
    ours = {replace(b, whose="subject") for b in boundaries if b.whose == "account"}
    return frozenset(theirs | ours | {Boundary(MEMBER)})


def of_property(prop: PropertyName, comparisons: Iterable[Comparison], kind: Subject) -> Boundaries:
    """A property changes when it is given another value; a date also when the clock passes it."""
    if prop.scope == "start":
        return frozenset().union(*(_other(c, kind) for c in comparisons))
    name = f"firstwin.{prop.scope}.{prop.name}"
    found = {Boundary(name)}
    for comparison in comparisons:
        found |= {Boundary(name, age, of="value") for age in _value_ages(comparison)}
    boundaries = frozenset(found)
    if prop.scope == "account" and kind == "person":
        boundaries = of_account(boundaries)
    return boundaries.union(*(_other(c, kind) for c in comparisons))


def _value_ages(comparison: Comparison) -> tuple[timedelta, ...]:
    if not isinstance(comparison.value, timedelta):
        return ()
    match comparison.op:
        case "in_last":
            return (NOW_ON, comparison.value)
        case "in_next":
            return (NOW_ON, -comparison.value)
        case _:
            return (comparison.value,)


def _other(comparison: Comparison, kind: Subject) -> Boundaries:
    return frozenset() if comparison.other is None else of_property(comparison.other, (), kind)


def of_existence(kind: Subject) -> Boundaries:
    """Of the subject itself: created, dated back or ahead, deleted."""
    created, deleted = f"firstwin.{kind}.created_at", f"firstwin.{kind}.deleted"
    return frozenset({Boundary(created), Boundary(created, of="value"), Boundary(deleted)})


def of_zone(kind: Subject) -> Boundaries:
    """Of the subject's own time zone."""
    return frozenset({Boundary(f"firstwin.{kind}.timezone")})
