"""About whom, and when, a condition is asked: the columns and parameters that its SQL hangs on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.sql.expression import true

from firstwin.db import tables
from firstwin.db.types import Json, json_text, period_start
from firstwin.match.seen import NOW, Seen, of_this_run
from firstwin.rules.terms import Rule, Subject

event = tables.event


@dataclass(frozen=True)
class StartColumns:
    """The columns of the start that a gate is judged for."""

    at: ColumnElement[Any]
    props: ColumnElement[Any]


@dataclass(frozen=True)
class Scope:
    """A place to ask from. ``recorders`` is set at the wire, where a milestone is also asked from its source.

    ``account`` is set where each person of an account is asked: ``account.`` is that one then, and no other.
    """

    kind: Subject
    subject: ColumnElement[str]
    seen: Seen
    start: StartColumns | None = None
    recorders: Mapping[str, tuple[Rule, ...]] | None = None
    account: ColumnElement[str] | None = None

    def about(self, subject: ColumnElement[str]) -> Scope:
        return replace(self, subject=subject)

    @property
    def asker(self) -> FromClause:
        """The table that the question hangs on, however deep a subquery lies: SQLAlchemy looks one level up only."""
        asker: FromClause = self.subject.table
        return asker

    def fact(self) -> FromClause:
        """A fresh name for the table of facts."""
        return event.alias()

    def own(self, fact: FromClause) -> ColumnElement[bool]:
        """The subject's own facts."""
        return (fact.c.account_id if self.kind == "account" else fact.c.person_id) == self.subject

    def of_account(self, fact: FromClause) -> ColumnElement[bool]:
        """The facts of the account: in a person rule, of the account that the person is in."""
        return fact.c.account_id == (self.subject if self.kind == "account" else self.account_of_person())

    def seen_among(self, fact: FromClause, names: tuple[str, ...]) -> ColumnElement[bool]:
        """The facts with these names that are present and visible."""
        return and_(
            named(fact.c.name, names), fact.c.occurred_at <= NOW, *self.seen.visible(fact), *of_this_run(fact, names)
        )

    def newest_of(
        self, fact: FromClause, name: str, whose: Literal["account", "person"], column: ColumnElement[Any]
    ) -> Select[Any]:
        owner = self.of_account(fact) if whose == "account" else self.own(fact)
        return (
            select(column)
            .select_from(fact)
            .where(owner, self.seen_among(fact, (name,)))
            .order_by(fact.c.occurred_at.desc(), fact.c.seq.desc())
            .limit(1)
            .correlate(self.asker)
        )

    def of_people(self, fact: FromClause) -> ColumnElement[bool]:
        """The facts of the people that are in the account, or have been in it."""
        belongs = event.alias()
        its_people = select(belongs.c.person_id).where(
            belongs.c.account_id == self.subject, belongs.c.name == "firstwin.person.account"
        )
        return fact.c.person_id.in_(its_people.correlate(self.asker))

    def account_of_person(self) -> ColumnElement[Any]:
        if self.account is not None:
            return self.account
        fact = self.fact()
        return (
            select(json_text(fact.c.props, "value"))
            .where(fact.c.person_id == self.subject, self.seen_among(fact, ("firstwin.person.account",)))
            .order_by(fact.c.occurred_at.desc(), fact.c.seq.desc())
            .limit(1)
            .correlate(self.asker)
            .scalar_subquery()
        )

    def period_start(self, unit: str) -> ColumnElement[Any]:
        """When the subject's own day, week or month began, in its zone; the project's zone where it has none."""
        return period_start(bindparam(f"{unit}_began", type_=Json), self.zone())

    def zone(self) -> ColumnElement[str]:
        """The name of the subject's own zone, whatever somebody sent as that; NULL where it has none."""
        fact = self.fact()
        name = json_text(fact.c.props, "value")
        zone: ColumnElement[str] = self.newest_of(
            fact, f"firstwin.{self.kind}.timezone", self.kind, name
        ).scalar_subquery()
        return zone


def named(column: ColumnElement[str], names: Sequence[str]) -> ColumnElement[bool]:
    """Whether a name is one of these. They stay the same, so that there is no list to be written anew at each tick."""
    return column == names[0] if len(names) == 1 else column.in_([literal(name) for name in names])


def is_waiting(step_due: FromClause) -> ColumnElement[bool]:
    """Whether a step is still to be decided. Written out: for a parameter SQLite plans the statement anew each time that it is asked."""
    column: ColumnElement[str] = step_due.c.state
    return column == literal_column("'waiting'")


def some(query: Select[Any]) -> ColumnElement[bool]:
    """Whether a query finds a row, in a form that no planner turns into a scan of all facts."""
    return query.with_only_columns(literal_column("1")).limit(1).scalar_subquery().is_not(None)


def certain(question: ColumnElement[Any]) -> ColumnElement[bool]:
    """Two-valued: what cannot be judged does not hold."""
    return func.coalesce(question, ~true())
