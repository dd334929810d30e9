"""The subjects for which a state began or ended: truth compared with the episodes that are open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, Select, Table, and_, bindparam, insert, select, true, update

from firstwin.db import tables
from firstwin.db.bulk import among
from firstwin.match import boundary
from firstwin.match.boundary import Boundaries
from firstwin.match.changed import changed_subjects
from firstwin.match.narrow import ask
from firstwin.match.plan import Asked, Moment
from firstwin.match.scope import Scope
from firstwin.match.seen import NOW, RUN, Seen
from firstwin.match.word import word
from firstwin.match.words.properties import exists
from firstwin.rules.terms import BecomesStart, Rule, Subject, Term

episode = tables.episode
RULE: ColumnElement[str] = bindparam("rule")


@dataclass(frozen=True)
class Turned:
    """A subject whose state began (``since`` is None) or ended at this moment."""

    subject: str
    since: datetime | None


def boundaries_of(condition: Term, kind: Subject) -> Boundaries:
    """Where the truth of a state may change: the condition's own boundaries, and the subject's existence."""
    return word(condition).boundaries(kind) | boundary.of_existence(kind)


def turned(connection: Connection, asked: Asked, moment: Moment, *, everyone: bool = False) -> list[Turned]:
    """Who began or ended to meet the rule's condition; ``everyone`` asks about all, and not only who may have changed."""
    rows = ask(connection, asked, moment, _statement, everyone=everyone)
    return [Turned(row.id, row.since) for row in rows]


@lru_cache(maxsize=4096)
def _statement(asked: Asked, everyone: bool) -> Select[tuple[str, datetime | None]]:
    rule, condition = asked.rule, condition_of(asked.rule)
    if everyone:
        return turning(condition, rule.about, asked.seen)
    changed = changed_subjects(boundaries_of(condition, rule.about), rule.about, asked.seen)
    return turning_of_few(condition, rule.about, asked.seen, changed)


def condition_of(rule: Rule) -> Term:
    if not isinstance(rule.when, BecomesStart):
        msg = f"{rule.id} does not start with a state"
        raise TypeError(msg)
    return rule.when.condition


def turning(condition: Term, kind: Subject, seen: Seen) -> Select[tuple[str, datetime | None]]:
    """Of all subjects, those whose truth now is not what the open episode says."""
    subject = subjects_of(kind)
    is_open = and_(
        episode.c.run == RUN, episode.c.rule == RULE, episode.c.subject == subject.c.id, episode.c.until.is_(None)
    )
    return (
        select(subject.c.id, episode.c.since)
        .select_from(subject.outerjoin(episode, is_open))
        .where(_holds(condition, kind, seen) != episode.c.since.is_not(None))
    )


def turning_of_few(
    condition: Term, kind: Subject, seen: Seen, few: Select[tuple[str]]
) -> Select[tuple[str, datetime | None]]:
    """The same of few subjects: their episodes are looked up one by one, whatever a planner thinks."""
    subject = subjects_of(kind)
    its_own = (
        select(episode.c.since)
        .where(episode.c.run == RUN, episode.c.rule == RULE, episode.c.subject == subject.c.id)
        .where(episode.c.until.is_(None))
        .limit(1)
    )
    asked = (
        select(subject.c.id, its_own.scalar_subquery().label("since"), _holds(condition, kind, seen).label("holds"))
        .where(among(subject.c.id, few))
        .subquery("asked")
    )
    return select(asked.c.id, asked.c.since).where(asked.c.holds != asked.c.since.is_not(None))


def _holds(condition: Term, kind: Subject, seen: Seen) -> ColumnElement[bool]:
    scope = Scope(kind, subjects_of(kind).c.id, seen)
    return and_(exists(scope), word(condition).holds(scope))


def subjects_of(kind: Subject) -> Table:
    return tables.account if kind == "account" else tables.person


def note(connection: Connection, asked: Asked, moment: Moment) -> list[str]:
    """The first look: whom the state holds for is noted by the database itself. Returns those for whom it ended."""
    ended, noting = _first_statements(asked)
    parameters = asked.parameters(connection, moment)
    ids = [row.id for row in connection.execute(ended, parameters)]
    connection.execute(noting, parameters)
    return ids


@lru_cache(maxsize=4096)
def _first_statements(asked: Asked) -> tuple[Select[Any], Insert]:
    everyone = turning(condition_of(asked.rule), asked.rule.about, asked.seen)
    began = everyone.where(episode.c.since.is_(None)).with_only_columns(
        RUN, RULE, subjects_of(asked.rule.about).c.id, NOW, true(), maintain_column_froms=True
    )
    noting = insert(episode).from_select(["run", "rule", "subject", "since", "noted"], began)
    return everyone.where(episode.c.since.is_not(None)), noting


def begin(connection: Connection, asked: Asked, moment: Moment, subjects: Iterable[str]) -> None:
    """Opens an episode at this slot for each subject."""
    rows = [
        {"run": moment.run, "rule": asked.rule.id, "subject": s, "since": moment.now, "noted": False} for s in subjects
    ]
    if rows:
        connection.execute(insert(episode), rows)


def end(connection: Connection, asked: Asked, moment: Moment, subjects: Iterable[str]) -> None:
    """Closes the open episode of each subject at this slot."""
    ended = {"of_run": moment.run, "of_rule": asked.rule.id, "now": moment.now}
    rows = [{"who": subject, **ended} for subject in subjects]
    if rows:
        connection.execute(_OVER, rows)


_OVER = (
    update(episode)
    .where(episode.c.run == bindparam("of_run"), episode.c.rule == bindparam("of_rule"), episode.c.until.is_(None))
    .where(episode.c.subject == bindparam("who"))
    .values(until=bindparam("now"))
)
