"""Puts a question to everyone, or only to those who may have changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select

from firstwin.match.plan import Asked, Moment

Question = Callable[[Asked, bool], Select[Any]]  # the second argument: of everyone


def ask(
    connection: Connection, asked: Asked, moment: Moment, question: Question, *, everyone: bool, **more: object
) -> Sequence[Row[Any]]:
    """The answers about everyone, or about those who may have changed; ``more`` are further parameters."""
    statement = question(asked, everyone or moment.is_first_look)
    return connection.execute(statement, asked.parameters(connection, moment, **more)).all()
