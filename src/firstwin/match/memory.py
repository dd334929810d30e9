"""What is remembered of starts: taken, noted, left; and the steps that are due for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from firstwin.db import tables
from firstwin.match.plan import Asked, Moment
from firstwin.match.running import Running, length_of, portions
from firstwin.match.starts.found import Found, Leaving
from firstwin.rules.terms import EventStart

start, step_due = tables.start, tables.step_due
T = TypeVar("T")


def leave(connection: Connection, asked: Asked, moment: Moment, left: Iterable[Leaving]) -> None:
    """Ends the open starts of these subjects, and drops the steps that were still due."""
    for leaving in left:
        ending = (
            update(start)
            .where(start.c.run == moment.run, start.c.rule == asked.rule.id, start.c.state == "open")
            .where(start.c.subject == leaving.subject)
            .values(state="left", reason=leaving.reason)
        )
        connection.execute(ending if leaving.but is None else ending.where(start.c.key != leaving.but))


def finish(connection: Connection, ids: Sequence[int]) -> None:
    """Marks those of the open starts that have no step waiting as done."""
    waiting = (
        select(step_due.c.start_id).where(step_due.c.start_id == start.c.id, step_due.c.state == "waiting").exists()
    )
    for some in portions(ids):
        connection.execute(
            update(start).where(start.c.id.in_(some), start.c.state == "open", ~waiting).values(state="done")
        )


def settle_steps(connection: Connection, done: Sequence[tuple[int, str, str]]) -> None:
    """Writes what became of due steps: (start, step, ``done`` or ``skipped``)."""
    if done:
        written = (
            update(step_due)
            .where(step_due.c.start_id == bindparam("of_start"), step_due.c.step == bindparam("of_step"))
            .values(state=bindparam("became"))
        )
        connection.execute(written, [{"of_start": i, "of_step": s, "became": b} for i, s, b in done])


def take(connection: Connection, asked: Asked, moment: Moment, found: Sequence[Found]) -> int:
    """Takes the starts that may begin, in the order in which they happened; notes the others. Returns how many began."""
    returning = [f for f in found if f.returns is not None]
    _reopen(connection, [f.returns for f in returning if f.returns is not None])
    waiting, begun = [f for f in found if f.returns is None], len(returning)
    while waiting:
        busy = Running(connection, asked, moment, waiting)
        judged = [(f, busy.judge(f)) for f in waiting]
        rows = [_row(asked, moment, f, begins=word == "begins") for f, word in judged if word != "asked again"]
        _replace_older(connection, asked, moment, [f for f, word in judged if word == "begins"])
        began = _insert(connection, rows)
        _schedule(connection, asked, moment, began)
        begun += len(began)
        waiting = [f for f, word in judged if word == "asked again"]
    return begun


def _row(asked: Asked, moment: Moment, f: Found, *, begins: bool) -> dict[str, Any]:
    return {
        "run": moment.run,
        "rule": asked.rule.id,
        "subject": f.subject,
        "key": f.key,
        "per": f.per,
        "at": f.at,
        "ends_at": f.at + max(length_of(asked.rule), timedelta(0)),
        "seen_at": moment.now,
        "state": "open" if begins else "noted",
        "reason": None if begins else "already_running",
        "rule_version": asked.rule.version,
        "actor": f.actor,
        "props": dict(f.props),
    }


def _replace_older(connection: Connection, asked: Asked, moment: Moment, found: Sequence[Found]) -> None:
    """With ``which: latest`` a newer event takes the place of the running start."""
    if not (isinstance(asked.rule.when, EventStart) and asked.rule.when.which == "latest"):
        return
    for f in found:
        connection.execute(
            update(start)
            .where(start.c.run == moment.run, start.c.rule == asked.rule.id, start.c.subject == f.subject)
            .where(start.c.per == f.per, start.c.state == "open")
            .values(state="left", reason="replaced")
        )


def _reopen(connection: Connection, ids: Sequence[int]) -> None:
    """A date that was moved back: the same start goes on, with the steps that it had."""
    for some in portions(ids):
        connection.execute(update(start).where(start.c.id.in_(some)).values(state="open", reason=None))


def _insert(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[Row[Any]]:
    if not rows:
        return []
    statement = insert(start).returning(start.c.id, start.c.at, start.c.state)
    return [row for row in connection.execute(statement, rows) if row.state == "open"]


def _schedule(connection: Connection, asked: Asked, moment: Moment, begun: Iterable[Row[Any]]) -> None:
    rows = [
        {
            "start_id": row.id,
            "step": step.name,
            "run": moment.run,
            "rule": asked.rule.id,
            "due_at": row.at + step.wait,
            "state": "waiting",
        }
        for row in begun
        for step in asked.rule.steps
    ]
    if rows:
        connection.execute(insert(step_due), rows)
