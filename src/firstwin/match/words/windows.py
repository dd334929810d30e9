"""Windows over event time, as SQL, and the ages at which the clock carries a fact into one or out of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import ColumnElement, FromClause

from firstwin.db.types import shift
from firstwin.match import boundary
from firstwin.match.boundary import NOW_ON, Boundaries, Boundary
from firstwin.match.scope import Scope, StartColumns
from firstwin.match.seen import NOW
from firstwin.rules import terms
from firstwin.rules.terms import Subject


def in_window(window: terms.Window, scope: Scope, fact: FromClause) -> tuple[ColumnElement[bool], ...]:
    """The clauses that a fact must meet to lie in the window; that it is present is asked besides."""
    at = fact.c.occurred_at
    match window:
        case terms.InLast(length):
            return (at > shift(NOW, -length),)
        case terms.Between(older, newer):
            return (at > shift(NOW, -older), at <= shift(NOW, -newer))
        case terms.SinceStart():
            return (at > start_of(scope).at,)
        case terms.Within(length):
            begin = start_of(scope).at
            return (at > begin, at <= shift(begin, length))
        case terms.BeforeStart(length):
            begin = start_of(scope).at
            return (at >= shift(begin, -length), at < begin)
        case terms.This(unit):
            return (at >= scope.period_start(unit),)
        case terms.Ever():
            return ()


def before_window(window: terms.Window, scope: Scope, fact: FromClause) -> ColumnElement[bool]:
    """Whether a fact lies before the first moment of the window; nothing lies before ever."""
    at = fact.c.occurred_at
    match window:
        case terms.InLast(length) | terms.Between(length, _):
            return at <= shift(NOW, -length)
        case terms.SinceStart() | terms.Within():
            return at <= start_of(scope).at
        case terms.BeforeStart(length):
            return at < shift(start_of(scope).at, -length)
        case terms.This(unit):
            return at < scope.period_start(unit)
        case terms.Ever():
            msg = "nothing lies before ever"
            raise TypeError(msg)


def up_to_end(window: terms.Window, scope: Scope, fact: FromClause) -> tuple[ColumnElement[bool], ...]:
    """The clauses that a present fact must meet not to lie behind the window."""
    at = fact.c.occurred_at
    match window:
        case terms.Between(_, newer):
            return (at <= shift(NOW, -newer),)
        case terms.Within(length):
            return (at <= shift(start_of(scope).at, length),)
        case terms.BeforeStart():
            return (at < start_of(scope).at,)
        case _:
            return ()


def of_window(names: Iterable[str], window: terms.Window, kind: Subject) -> Boundaries:
    """Where the clock may carry facts with these names into the window, or out of it."""
    named = tuple(names)
    found = boundary.of_facts(named, *_ages(window))
    if isinstance(window, terms.This):
        found |= {Boundary(name, period=window.unit) for name in named} | boundary.of_zone(kind)
    return found


def _ages(window: terms.Window) -> tuple[timedelta, ...]:
    match window:
        case terms.InLast(length):
            return (NOW_ON, length)
        case terms.Between(older, newer):
            return (newer, older)
        case _:
            return (NOW_ON,)


def start_of(scope: Scope) -> StartColumns:
    if scope.start is None:
        msg = "this condition needs a start, and stands where there is none"
        raise TypeError(msg)
    return scope.start
