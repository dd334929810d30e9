"""The clauses and columns that several kinds of start are made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    select,
    union,
)

from firstwin.db import tables
from firstwin.db.types import Instant, json_text, json_value, unindexed
from firstwin.match.boundary import Boundary
from firstwin.match.changed import changed_subjects, new_or_present, newly
from firstwin.match.episodes import RULE
from firstwin.match.narrow import Question, ask
from firstwin.match.plan import Asked, Moment
from firstwin.match.scope import named, some
from firstwin.match.seen import NOW, RUN, of_this_run
from firstwin.match.starts.found import Findings, Found
from firstwin.match.words.facts import fits
from firstwin.rules.terms import ChangedStart, EventStart

start = tables.start
EARLIEST: ColumnElement[datetime] = bindparam("earliest", type_=Instant())


def event_start(asked: Asked) -> EventStart:
    if not isinstance(asked.rule.when, EventStart):
        msg = f"{asked.rule.id} does not start with an event"
        raise TypeError(msg)
    return asked.rule.when


def event_key(fact: FromClause) -> ColumnElement[str]:
    """An event's own id; of a further fact of one message, its place in the sequence."""
    return func.coalesce(fact.c.id, literal("seq:", Text()).concat(cast(fact.c.seq, Text)))


def subject_of(asked: Asked, fact: FromClause) -> ColumnElement[str]:
    found: ColumnElement[str] = fact.c.account_id if asked.rule.about == "account" else fact.c.person_id
    return found


def per_of(asked: Asked, fact: FromClause) -> ColumnElement[Any]:
    per = event_start(asked).per
    if per is None:
        return literal("", Text())
    return func.coalesce(json_text(fact.c.props, per), json_value(fact.c.props, per))


def fitting(asked: Asked, fact: FromClause, *, among_few: bool = False) -> ColumnElement[bool]:
    """The events that the rule speaks of, up to now; ``among_few``: where another clause finds them already."""
    when = event_start(asked)
    name = unindexed(fact.c.name) if among_few else fact.c.name
    return and_(
        subject_of(asked, fact).is_not(None),
        named(name, when.names),
        fact.c.occurred_at <= NOW,
        *asked.seen.visible(fact),
        *of_this_run(fact, when.names),
        *fits(fact, when.where),
    )


def may_nudge(asked: Asked, fact: FromClause) -> tuple[ColumnElement[bool], ...]:
    return () if asked.rule.only_records else asked.seen.nudges(fact)


def new_facts(asked: Asked) -> Select[Any]:
    """The facts that the rule starts with which this tick sees for the first time, or which were dated ahead until now."""
    names, fresh, present = event_start(asked).names, tables.event.alias(), tables.event.alias()
    new, come = newly(fresh, names, asked.seen), new_or_present(present, asked.seen)[1]
    arrived = select(fresh.c.seq).where(named(unindexed(fresh.c.name), names), new, *asked.seen.visible(fresh))
    due = select(present.c.seq).where(named(present.c.name, names), come, *asked.seen.visible(present))
    both = union(arrived, due).subquery("fresh")
    return select(both.c.seq)


def subjects_with_new_events(asked: Asked) -> Select[tuple[str]]:
    """Who has a new event of those that the rule starts with."""
    names = frozenset(Boundary(name) for name in event_start(asked).names)
    return changed_subjects(names, asked.rule.about, asked.seen)


def is_taken(subject: ColumnElement[str], key: ColumnElement[str], *, of_everyone: bool) -> ColumnElement[bool]:
    """Whether that start was taken already. Of few subjects it is looked up one by one, whatever a planner thinks."""
    taken = start.alias()
    its_row = select(taken.c.id).where(
        taken.c.run == RUN, taken.c.rule == RULE, taken.c.subject == subject, taken.c.key == key
    )
    return its_row.exists() if of_everyone else some(its_row)


def founds(
    connection: Connection, asked: Asked, moment: Moment, question: Question, *, everyone: bool, earliest: datetime
) -> Findings:  # fmt: skip
    """The starts that the question finds."""
    rows = ask(connection, asked, moment, question, everyone=everyone, earliest=earliest)
    return Findings(tuple(_found(asked, row) for row in rows))


def _found(asked: Asked, row: Row[Any]) -> Found:
    props = row.props
    if isinstance(asked.rule.when, ChangedStart):
        props = {"from": (row.before or {}).get("value"), "to": row.props.get("value")}
    return Found(row.subject, row.key, row.occurred_at, row.per or "", row.person_id, props)
