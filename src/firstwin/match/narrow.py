"""Puts a question to everyone, or only to those who may have changed, whom another question finds first.

Two statements and not one: so each planner sees how few there are, whatever its statistics say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam

from firstwin.db.bulk import one_of
from firstwin.match.plan import Asked, Moment

MANY = 20_000  # beyond this, asking everyone is cheaper, and never wrong

Question = Callable[[Asked, bool], Select[Any]]  # the second argument: of everyone
Finder = Callable[[Asked], Select[Any]]


def ask(
    connection: Connection, asked: Asked, moment: Moment, question: Question, finder: Finder, *, everyone: bool,
    **more: object,
) -> Sequence[Row[Any]]:  # fmt: skip
    """The answers about everyone, or about those whom ``finder`` finds; ``more`` are further parameters."""
    parameters = asked.parameters(connection, moment, **more)
    if not (everyone or moment.is_first_look):
        few = connection.execute(finder(asked), parameters).scalars().all()
        if not few:
            return ()
        if len(few) <= MANY:
            return connection.execute(question(asked, False), parameters | {"few": few}).all()
    return connection.execute(question(asked, True), parameters).all()


def among_few_subjects(subject: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a subject is one of those that were found."""
    return one_of(subject, "few")


def among_few_facts(seq: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a fact is one of those that were found."""
    return seq.in_(bindparam("few", expanding=True))
