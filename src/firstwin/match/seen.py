"""What a tick sees, and which of it is new since the tick before: the one argument that tells live from replay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, FromClause, Text, and_, bindparam, cast, func, not_, or_, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import false

from firstwin.db import tables
from firstwin.db.types import Instant, Snapshot
from firstwin.rules.terms import NUDGED

NOW: ColumnElement[Any] = bindparam("now", type_=Instant())
PREVIOUS: ColumnElement[Any] = bindparam("previous", type_=Instant())
RUN: ColumnElement[str] = bindparam("run", type_=Text())

OWN_TO_A_RUN = ("firstwin.milestone.", NUDGED)  # facts that a run makes, and no other run may see


_LAST = select(func.coalesce(func.max(tables.event.c.seq), 0))
_BEFORE = cast(bindparam("token", type_=Text()), Snapshot())
_SNAPSHOT = select(
    cast(func.pg_current_snapshot(), Text),
    func.coalesce(func.pg_snapshot_xmax(_BEFORE) > func.pg_snapshot_xmax(func.pg_current_snapshot()), false()),
)


@dataclass(frozen=True)
class Seen:
    """How facts are seen.

    ``sequence``: live on SQLite, all that is committed; ``snapshot``: live on PostgreSQL, all that is committed in this
    transaction's snapshot; ``known``: in a replay, what was known at the virtual ``now``.
    """

    kind: Literal["sequence", "snapshot", "known"]

    def visible(self, fact: FromClause) -> tuple[ColumnElement[bool], ...]:
        """The clauses that a fact must meet to be seen at ``now``."""
        return (fact.c.known_at <= NOW,) if self.kind == "known" else ()

    def new(self, fact: FromClause) -> ColumnElement[bool]:
        """Whether a visible fact was not seen by the tick before."""
        match self.kind:
            case "known":
                return and_(fact.c.known_at > PREVIOUS, fact.c.known_at <= NOW)
            case "sequence":
                return fact.c.seq > bindparam("token", type_=tables.Id)
            case "snapshot":
                token = cast(bindparam("token", type_=Text()), Snapshot())
                return and_(
                    fact.c.tx >= func.pg_snapshot_xmin(token), not_(func.pg_visible_in_snapshot(fact.c.tx, token))
                )

    def arrived(self, fact: FromClause) -> ColumnElement[bool]:
        """Whether a nudge was not seen by the tick before. It is delivered after that tick, and a replay's clock stands still."""
        return self.new(fact) if self.kind != "known" else and_(fact.c.known_at >= PREVIOUS, fact.c.known_at <= NOW)

    def nudges(self, fact: FromClause) -> tuple[ColumnElement[bool], ...]:
        """The clauses that a fact must meet to nudge: live, what an import of history brought is only the baseline."""
        return () if self.kind == "known" else (fact.c.known_at == fact.c.received_at,)

    def look(self, connection: Connection, before: str | None) -> tuple[str, bool]:
        """What to hand to the next tick so that it finds what is new, and whether ``before`` is of no use.

        It is not when it lies beyond this database's own counter: then it was restored into another cluster.
        """
        match self.kind:
            case "known":
                return "", False
            case "sequence":
                return str(connection.execute(_LAST).scalar_one()), False
            case "snapshot":
                token, is_from_elsewhere = connection.execute(_SNAPSHOT, {"token": before}).one()
                return token, is_from_elsewhere

    def bind(self, token: str) -> dict[str, Any]:
        """The parameters of ``new``; none where everything is looked at and nothing has to be new."""
        if self.kind == "known" or not token:
            return {}
        return {"token": int(token) if self.kind == "sequence" else token}


def seen_by(connection: Connection, run: str) -> Seen:
    """How a run sees facts on this database."""
    if run != tables.LIVE:
        return Seen("known")
    return Seen("sequence" if connection.dialect.name == "sqlite" else "snapshot")


def of_this_run(fact: FromClause, names: tuple[str, ...]) -> tuple[ColumnElement[bool], ...]:
    """Keeps one run's milestones and nudges from the eyes of another."""
    own = [name for name in names if name.startswith(OWN_TO_A_RUN)]
    if not own:
        return ()
    if len(own) == len(names):
        return (fact.c.run == RUN,)
    return (or_(fact.c.run == RUN, fact.c.name.not_in(own)),)
