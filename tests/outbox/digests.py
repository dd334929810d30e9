"""Digests that the tests begin with: nudges of several subjects, on the lists of their receivers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from firstwin.db import tables
from firstwin.db.engine import read, write
from firstwin.decide.value import Nudge, Planned
from firstwin.match.value import Standing
from firstwin.outbox.destinations import know
from firstwin.outbox.put import PutResult, put
from firstwin.rules.terms import Digest, OrderBy, PropertyName, Scalar
from tests.outbox.given import NOON, REPLAY, a_nudge, a_run

LIST = Digest("at-risk", "csm", OrderBy(PropertyName("account", "mrr")), 2)


def on_list(
    connection: Connection, subject: str, value: Scalar | None = None, *, receiver: str = "anna", of: Digest = LIST,
    due_at: datetime = NOON, destination: str = "cs-slack",
) -> Nudge:  # fmt: skip
    """One subject's nudge, whose message is a place on a list."""
    expires = due_at + timedelta(days=1)
    planned = Planned(of, "digest", destination, "alert", expires, receiver=receiver, value=value)
    return a_nudge(connection, subject, channels=(), due_at=due_at)._replace(planned=(planned,))


def listed(engine: Engine, values: Mapping[str, Scalar | None], **about: Any) -> PutResult:
    """Puts these subjects, each with what it is ordered by, on the lists where they belong."""
    run = a_run(engine, sends=about.pop("sends", True))
    with write(engine) as connection:
        know(connection, ["cs-slack", "team"])
        return put(connection, run, [on_list(connection, name, value, **about) for name, value in values.items()], NOON)


def items(engine: Engine) -> list[tuple[str, str | None]]:
    """Who is on lists, and why those are not who came off."""
    i, n = tables.digest_item.c, tables.nudge.c
    query = select(n.subject, i.reason).join(tables.nudge, n.id == i.nudge_id).order_by(n.subject)
    with read(engine) as connection:
        return [tuple(row) for row in connection.execute(query)]


class Closed:
    """Gates that are closed for some subjects; ``closed`` may grow while a test runs."""

    def __init__(self, *closed: str) -> None:
        self.closed = set(closed)
        self.asked: list[int] = []

    def __call__(
        self, connection: Connection, run: str, _rule: str, _step: str, starts: Sequence[int], _now: datetime, **_: bool
    ) -> Mapping[int, Standing]:
        assert run == REPLAY
        self.asked.append(len(starts))
        closed = _starts_of(connection, self.closed)
        return {start: Standing(unless=start in closed) for start in starts}


def _starts_of(connection: Connection, subjects: Collection[str]) -> set[int]:
    s = tables.start.c
    return set(connection.scalars(select(s.id).where(s.subject.in_(subjects))))


def digests(engine: Engine) -> list[Row[Any]]:
    with read(engine) as connection:
        return list(connection.execute(select(tables.delivery).order_by(tables.delivery.c.id)))
