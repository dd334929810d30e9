"""A condition about one person, asked of those that are in the account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Text, and_, cast, func, not_, select, tuple_

from firstwin.db.types import json_text
from firstwin.match import boundary
from firstwin.match.boundary import MEMBER, Boundaries
from firstwin.match.scope import Scope, StartColumns, some
from firstwin.match.words.contract import Shown, Word, evidence
from firstwin.match.words.properties import exists
from firstwin.rules import terms
from firstwin.rules.terms import Subject, Term


@dataclass(frozen=True)
class PeopleWord:
    term: terms.People
    part: Word

    def boundaries(self, kind: Subject) -> Boundaries:  # noqa: ARG002 - only an account has people
        return boundary.of_people(self.part.boundaries("person") | boundary.of_existence("person"))

    def holds(self, scope: Scope) -> ColumnElement[bool]:
        match self.term.how:
            case "any":
                return some(self._meeting(scope))
            case "no":
                return not_(some(self._meeting(scope)))
            case "every":
                return and_(some(self._people(scope)), not_(some(self._people(scope, not_))))

    def shown(self, scope: Scope) -> Shown:
        """How many people meet it."""
        number = self._meeting(scope).with_only_columns(func.count(), maintain_column_froms=True)
        return evidence(value=cast(number.scalar_subquery(), Text))

    def clauses(self) -> Iterator[Term]:
        yield self.term

    # ---- the people

    def _meeting(self, scope: Scope) -> Select[Any]:
        return self._people(scope, lambda held: held)

    def _people(
        self, scope: Scope, judged: Callable[[ColumnElement[bool]], ColumnElement[bool]] | None = None
    ) -> Select[Any]:
        """The people of the account that exist; of whom the condition holds, or does not."""
        member = _members(scope).subquery()
        start = None if scope.start is None else StartColumns(member.c.start_at, member.c.start_props)
        one = replace(scope, kind="person", subject=member.c.person, start=start, account=member.c.account)
        found = select(member.c.person).select_from(member).where(exists(one))
        return found if judged is None else found.where(judged(self.part.holds(one)))


def _members(scope: Scope) -> Select[Any]:
    """Who is in the account now: its newest fact about the person says so. The start is carried along."""
    fact, newer = scope.fact(), scope.fact()
    start = [] if scope.start is None else [scope.start.at.label("start_at"), scope.start.props.label("start_props")]
    is_newer = tuple_(newer.c.occurred_at, newer.c.seq) > tuple_(fact.c.occurred_at, fact.c.seq)
    overtaken = (
        select(newer.c.seq)
        .where(*_about_the_same(newer, fact), scope.seen_among(newer, (MEMBER,)), is_newer)
        .correlate(fact)
    )
    return (
        select(fact.c.person_id.label("person"), fact.c.account_id.label("account"), *start)
        .where(scope.own(fact), scope.seen_among(fact, (MEMBER,)))
        .where(json_text(fact.c.props, "value") == fact.c.account_id, not_(some(overtaken)))
        .correlate(scope.asker)
    )


def _about_the_same(one: FromClause, other: FromClause) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return one.c.account_id == other.c.account_id, one.c.person_id == other.c.person_id
