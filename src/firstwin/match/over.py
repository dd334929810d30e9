"""What is due when a state ends, for those whom its beginning was told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, insert, literal, or_, select

from firstwin.db import tables
from firstwin.db.bulk import one_of
from firstwin.db.types import Instant
from firstwin.match.plan import Asked, Moment
from firstwin.match.starts.found import Leaving
from firstwin.rules.terms import OVER

start, step_due, episode, nudge, delivery = (
    tables.start, tables.step_due, tables.episode, tables.nudge, tables.delivery,
)  # fmt: skip
NOW: ColumnElement[datetime] = bindparam("now", type_=Instant())
SENT = ("sending", "unknown", "delivered")  # or it may have been
NEVER_SENT = ("dead", "cancelled", "suppressed", "expired")


def follow(connection: Connection, asked: Asked, moment: Moment, left: Iterable[Leaving]) -> None:
    """Makes the rule's ``when_over`` due at this slot for the starts whose state ended at it."""
    subjects = [leaving.subject for leaving in left if leaving.reason == "state_ended"]
    if asked.rule.over is not None and subjects:
        names = {"run": moment.run, "rule": asked.rule.id, "now": moment.now, "subjects": subjects}
        connection.execute(_FOLLOW, names)


def _was_nudged(*states: str, but: bool) -> ColumnElement[bool]:
    """Whether a step of the start was done: with a message in one of the states (``but``: in none of them), or without any."""
    theirs = (delivery.c.nudge_id == nudge.c.id,)
    has_some = select(delivery.c.id).where(*theirs).exists()
    in_state = delivery.c.state.not_in(states) if but else delivery.c.state.in_(states)
    fits = select(delivery.c.id).where(*theirs, in_state).exists()
    done: ColumnElement[bool] = (
        select(nudge.c.id)
        .where(nudge.c.start_id == start.c.id, nudge.c.step != OVER, or_(~has_some, fits))
        .correlate(start)
        .exists()
    )
    return done


def was_sent() -> ColumnElement[bool]:
    """Whether the start told somebody something, asked at the wire: what still waits then will not go out any more."""
    return _was_nudged(*SENT, but=False)


def _follow() -> Any:  # noqa: ANN401 - an INSERT from a SELECT
    """What is about to go out at this very moment may count or not: that is asked at the wire."""
    ended = and_(
        episode.c.run == start.c.run, episode.c.rule == start.c.rule, episode.c.subject == start.c.subject,
        episode.c.since == start.c.at, episode.c.until == NOW,
    )  # fmt: skip
    over = step_due.alias()
    there = select(over.c.start_id).where(over.c.start_id == start.c.id, over.c.step == OVER).exists()
    whose = (
        select(start.c.id, literal(OVER), start.c.run, start.c.rule, NOW, literal("waiting"))
        .select_from(start.join(episode, ended))
        .where(start.c.run == bindparam("run"), start.c.rule == bindparam("rule"), one_of(start.c.subject, "subjects"))
        .where(or_(start.c.state == "done", and_(start.c.state == "left", start.c.reason == "state_ended")))
        .where(_was_nudged(*NEVER_SENT, but=True), ~there)
    )
    return insert(step_due).from_select(["start_id", "step", "run", "rule", "due_at", "state"], whose)


_FOLLOW = _follow()
