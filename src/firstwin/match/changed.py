"""The subjects whose answer may have changed since the previous tick: from a word's boundaries to SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, FromClause, Select, and_, bindparam, select, union, union_all

from firstwin.db import tables
from firstwin.db.types import Instant, json_text, shift, unindexed
from firstwin.match.boundary import MEMBER, Boundary
from firstwin.match.scope import named
from firstwin.match.seen import NOW, PREVIOUS, Seen
from firstwin.rules.terms import NUDGED, Subject


def changed_subjects(
    boundaries: Iterable[Boundary], kind: Subject, seen: Seen, *, moments: Iterable[Boundary] | None = None
) -> Select[tuple[str]]:
    """The ids of the subjects to ask about; more than needed does no harm, one too few does.

    A fact is new by its name, whatever its age. ``moments`` are the boundaries at which the clock is watched: all of
    them, unless a test wants to see what happens without one.
    """
    asked = list(boundaries)
    found = [_subjects(group, kind, seen, None) for group in _by_owner(asked)]
    found += [_subjects(group, kind, seen, group[0]) for group in _by_moment(asked if moments is None else moments)]
    both = union(*found).subquery("changed")
    return select(both.c.subject)


def changes(boundaries: Iterable[Boundary], kind: Subject, seen: Seen) -> Select[tuple[str, datetime]]:
    """The same for a long stretch: whom to ask about, and from when on (``moment``), between ``previous`` and ``now``.

    Raises NotAMoment for what has none: a calendar period begins for each subject at its own time.
    """
    asked = list(boundaries)
    if any(boundary.period is not None for boundary in asked):
        raise NotAMoment
    found = [_with_moment(group, kind, seen, None) for group in _by_owner(asked)]
    found += [_with_moment(group, kind, seen, group[0]) for group in _by_moment(asked)]
    both = union_all(*found).subquery("changes")
    return select(both.c.subject, both.c.moment)


class NotAMoment(Exception):  # noqa: N818 - it says what is wrong
    """A boundary that is no moment of a single fact."""


def _with_moment(
    group: list[Boundary], kind: Subject, seen: Seen, passed: Boundary | None
) -> Select[tuple[str, datetime]]:
    fact = tables.event.alias()
    at = fact.c.value_at if passed is not None and passed.of == "value" else fact.c.occurred_at
    moment = fact.c.known_at if passed is None else shift(at, passed.age)
    return _subjects(group, kind, seen, passed, fact).add_columns(moment.label("moment"))


def new_or_present(fact: FromClause, seen: Seen) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Facts that this tick sees for the first time, and facts dated ahead whose time has come."""
    return seen.new(fact), and_(fact.c.occurred_at > PREVIOUS, fact.c.occurred_at <= NOW)


def newly(fact: FromClause, names: Iterable[str], seen: Seen) -> ColumnElement[bool]:
    """Whether a fact with one of these names was not seen by the tick before."""
    return seen.arrived(fact) if any(name.startswith(NUDGED) for name in names) else seen.new(fact)


def _by_owner(boundaries: list[Boundary]) -> list[list[Boundary]]:
    """For what is new only the name counts, and whose fact it is."""
    groups: dict[str, list[Boundary]] = defaultdict(list)
    for boundary in boundaries:
        groups[boundary.whose].append(boundary)
    return list(groups.values())


def _by_moment(boundaries: Iterable[Boundary]) -> list[list[Boundary]]:
    groups: dict[tuple[object, ...], list[Boundary]] = defaultdict(list)
    for boundary in boundaries:
        groups[boundary.of, boundary.whose, boundary.age, boundary.period].append(boundary)
    return list(groups.values())


def _subjects(
    group: list[Boundary], kind: Subject, seen: Seen, moment: Boundary | None, fact: FromClause | None = None
) -> Select[tuple[str]]:
    fact = tables.event.alias() if fact is None else fact
    names = sorted({boundary.name for boundary in group})
    subjects = of_subject(fact, kind, group[0].whose).where(*seen.visible(fact))
    if moment is None:
        # few: found by their arrival
        return subjects.where(named(unindexed(fact.c.name), names), newly(fact, names, seen))
    return subjects.where(named(fact.c.name, names), _passed(fact, moment))


def _passed(fact: FromClause, boundary: Boundary) -> ColumnElement[bool]:
    at = fact.c.value_at if boundary.of == "value" else fact.c.occurred_at
    if boundary.period is not None:
        return and_(at >= bindparam(f"{boundary.period}_ended", type_=Instant()), at <= NOW)
    return and_(at > shift(PREVIOUS, -boundary.age), at <= shift(NOW, -boundary.age))


def of_subject(fact: FromClause, kind: Subject, whose: str) -> Select[tuple[str]]:
    if whose == "people":
        return _of_people(fact)
    if kind == "account":
        return select(fact.c.account_id.label("subject")).where(fact.c.account_id.is_not(None))
    if whose == "subject":
        return select(fact.c.person_id.label("subject")).where(fact.c.person_id.is_not(None))
    belongs = tables.event.alias()
    return (
        select(belongs.c.person_id.label("subject"))
        .select_from(fact)
        .join(belongs, and_(belongs.c.account_id == fact.c.account_id, belongs.c.name == MEMBER))
        .where(json_text(belongs.c.props, "value") == fact.c.account_id, belongs.c.person_id.is_not(None))
    )


def _of_people(fact: FromClause) -> Select[tuple[str]]:
    """Of each account that the person is in, or has been in."""
    belongs = tables.event.alias()
    return (
        select(belongs.c.account_id.label("subject"))
        .select_from(fact)
        .join(belongs, and_(belongs.c.person_id == fact.c.person_id, belongs.c.name == MEMBER))
        .where(belongs.c.account_id.is_not(None))
    )
