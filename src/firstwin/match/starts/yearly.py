"""Starts that are dates in the data as they come round each year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Row, Select, and_, bindparam, func, select, union

from firstwin.db import tables
from firstwin.db.bulk import among, given, one_of
from firstwin.db.insert import document
from firstwin.db.types import EPOCH, Instant, json_text
from firstwin.match import boundary
from firstwin.match.boundary import Boundaries, Boundary
from firstwin.match.changed import changed_subjects, of_subject
from firstwin.match.episodes import RULE, subjects_of
from firstwin.match.plan import Asked, Moment
from firstwin.match.scope import Scope
from firstwin.match.seen import RUN
from firstwin.match.starts.dates import date_start, newest_fact
from firstwin.match.starts.found import Findings, Found, Leaving
from firstwin.match.starts.shared import start
from firstwin.match.starts.years import OF_ZONES, YEAR, in_year, newest_return, next_return, spans, zone_or
from firstwin.rules.terms import Rule

OF_YEAR = YEAR + 1  # as SQL counts the places of a text
HALF_A_YEAR = timedelta(days=182)  # after that long without a look everyone is asked
RETURN: Final = "a return"


@dataclass(frozen=True)
class DateEachYear:
    """A start is found when its first step may be due: only then the return of a date counts.

    ``watched`` are the boundaries that it knows of: all of them, unless a test wants to see what happens without one.
    """

    watched: frozenset[Boundary | str] | None = None

    def look(
        self, connection: Connection, asked: Asked, moment: Moment, earliest: datetime, /, everyone: bool
    ) -> Findings:
        rows = self._rows(connection, asked, moment, everyone=everyone)
        until = moment.now - lead_of(asked.rule)
        # one that was left and holds again may lie a zone's width before
        oldest = earliest - OF_ZONES if earliest > EPOCH else earliest
        found = {(one.subject, one.key): one for row in rows for one in _returns(asked, moment, row, until, oldest)}
        left = tuple(Leaving(row.subject, "date_moved", only=row.other) for row in rows if row.other is not None)
        new = _not_taken(connection, asked, moment, list(found.values()))
        counting = (one for one in new if one.returns is not None or one.at >= earliest)
        return Findings(tuple(sorted(counting, key=lambda one: (one.at, one.subject))), left)

    def _rows(self, connection: Connection, asked: Asked, moment: Moment, *, everyone: bool) -> Sequence[Row[Any]]:
        previous = moment.previous
        if everyone or previous is None or moment.now - previous > HALF_A_YEAR:
            return connection.execute(_dates(asked), asked.parameters(connection, moment)).all()
        watched = boundaries_of(asked) if self.watched is None else self.watched
        statement = _dates_of_some(asked, watched, connection.dialect)
        rows = document(_spans(connection, asked, previous, moment.now))
        return connection.execute(statement, asked.parameters(connection, moment, rows=rows)).all()


def lead_of(rule: Rule) -> timedelta:
    """How long before the date the first step is due, as a negative time; zero where none is."""
    return min(timedelta(0), *(step.wait for step in rule.steps))


def boundaries_of(asked: Asked) -> frozenset[Boundary | str]:
    """A date changes when it is given another value; and the clock carries it across its return."""
    return frozenset({*_of_facts(asked), RETURN})


def _of_facts(asked: Asked) -> Boundaries:
    return boundary.of_property(date_start(asked).of, (), asked.rule.about)


# ---- the dates ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _dates(asked: Asked) -> Select[Any]:
    """Each subject's date now, and beside it each running start (``other``) of another date."""
    subject, fact, other = subjects_of(asked.rule.about), tables.event.alias("e"), start.alias("other")
    newest = and_(fact.c.seq == newest_fact(asked, subject.c.id, date_start(asked).of), fact.c.value_at.is_not(None))
    raw = json_text(fact.c.props, "value")
    of_another = and_(
        other.c.run == RUN, other.c.rule == RULE, other.c.subject == subject.c.id, other.c.state == "open",
        func.substr(other.c.key, OF_YEAR) != func.coalesce(func.substr(raw, OF_YEAR), ""),
    )  # fmt: skip
    return (
        select(
            subject.c.id.label("subject"), raw.label("raw"), fact.c.value_at, fact.c.occurred_at,
            Scope(asked.rule.about, subject.c.id, asked.seen).zone().label("zone"), other.c.key.label("other"),
        )
        .select_from(subject.outerjoin(fact, newest).outerjoin(other, of_another))
        .where(fact.c.value_at.is_not(None) | other.c.key.is_not(None))
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _dates_of_some(asked: Asked, watched: frozenset[Boundary | str], dialect: Dialect) -> Select[Any]:
    """Of those alone whose date has a new fact, or may have come round."""
    kind, of_facts = asked.rule.about, _of_facts(asked)
    found = [changed_subjects(of_facts, kind, asked.seen, moments=of_facts & watched)]
    found += [_returning(asked, dialect)] if RETURN in watched else []
    both = union(*found).subquery("some")
    return _dates(asked).where(among(subjects_of(kind).c.id, select(both.c.subject)))


def _returning(asked: Asked, dialect: Dialect) -> Select[Any]:
    """Who has, or once had, a date that lies in one of the spans."""
    of, fact, span = date_start(asked).of, tables.event.alias(), given(dialect, begin=Instant(), end=Instant())
    whose = "account" if of.scope == "account" and asked.rule.about == "person" else "subject"
    return of_subject(fact, asked.rule.about, whose).where(
        fact.c.name == f"firstwin.{of.scope}.{of.name}",
        fact.c.value_at > span.c.begin,
        fact.c.value_at <= span.c.end,
        *asked.seen.visible(fact),
    )


def _spans(connection: Connection, asked: Asked, previous: datetime, now: datetime) -> list[dict[str, datetime]]:
    when, lead = date_start(asked), lead_of(asked.rule)
    first = connection.execute(_OLDEST, {"name": f"firstwin.{when.of.scope}.{when.of.name}"}).scalar_one_or_none()
    if first is None:
        return []
    found = spans(previous - lead, now - lead, first.year, when.at)
    return [{"begin": begin, "end": end} for begin, end in found]


_OLDEST = (
    select(tables.event.c.value_at)
    .where(tables.event.c.name == bindparam("name"), tables.event.c.value_at.is_not(None))
    .order_by(tables.event.c.value_at)
    .limit(1)
)


# ---- their returns --------------------------------------------------------------------------------------------------


def _returns(asked: Asked, moment: Moment, row: Row[Any], until: datetime, oldest: datetime) -> Iterator[Found]:
    """The newest; the day itself counts as one where it lay ahead when it was said."""
    if row.value_at is None:
        return
    zone, at = zone_or(row.zone, moment.zone), date_start(asked).at
    found = newest_return(row.raw, zone, at, until, _first(row))
    if found is not None and found[1] >= oldest:
        yield _found(row, *found)


def _first(row: Row[Any]) -> int:
    return int(row.raw[:YEAR]) + (0 if row.value_at > row.occurred_at else 1)


def _found(row: Row[Any], year: int, at: datetime) -> Found:
    """The key keeps 29 February as it was written, so that at the wire it can be told from the 28th."""
    date = in_year(row.raw, year)
    props = {"date": date, "years": year - int(row.raw[:YEAR])}
    return Found(row.subject, f"{year:04}{row.raw[YEAR:]}", at, props=props)


def _not_taken(connection: Connection, asked: Asked, moment: Moment, found: Sequence[Found]) -> list[Found]:
    """Those that are new, and those that were left when their date was moved away and hold again."""
    if not found:
        return []
    whom = {"subjects": list({one.subject for one in found}), "keys": list({one.key for one in found})}
    rows = connection.execute(_STARTS, {"run": moment.run, "rule": asked.rule.id, **whom})
    there: dict[tuple[str, str], Any] = {(row.subject, row.key): row for row in rows}
    return list(_waiting(found, there))


_STARTS = select(start.c.id, start.c.subject, start.c.key, start.c.state, start.c.reason).where(
    start.c.run == RUN, start.c.rule == RULE, one_of(start.c.subject, "subjects"), one_of(start.c.key, "keys")
)


def _waiting(found: Iterable[Found], there: Mapping[tuple[str, str], Any]) -> Iterator[Found]:
    for one in found:
        row = there.get((one.subject, one.key))
        if row is None:
            yield one
        elif (row.state, row.reason) == ("left", "date_moved"):
            yield replace(one, returns=row.id)


# ---- what comes -----------------------------------------------------------------------------------------------------


def coming(connection: Connection, asked: Asked, moment: Moment, subject: str) -> datetime | None:
    """The first return whose last step is still to come; None where the subject has no date, or none that comes."""
    statement = _dates(asked).where(subjects_of(asked.rule.about).c.id == subject)
    row = connection.execute(statement, asked.parameters(connection, moment)).first()
    if row is None or row.value_at is None:
        return None
    after = moment.now - max(step.wait for step in asked.rule.steps)
    found = next_return(row.raw, zone_or(row.zone, moment.zone), date_start(asked).at, after, _first(row))
    return None if found is None else found[1]
