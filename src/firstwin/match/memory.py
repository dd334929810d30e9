"""What is remembered of starts: taken, noted, left; and the steps that are due for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, literal, select, update

from firstwin.db import tables
from firstwin.db.bulk import one_of, one_of_ids
from firstwin.db.insert import insert_new
from firstwin.match.plan import Asked, Moment
from firstwin.match.running import Running, end_starts, length_of
from firstwin.match.scope import is_waiting, some
from firstwin.match.starts.found import Found, Leaving
from firstwin.rules.terms import EventStart, Step

start, step_due = tables.start, tables.step_due


def leave(connection: Connection, asked: Asked, moment: Moment, left: Iterable[Leaving]) -> None:
    """Ends the open starts of these subjects."""
    by_subject: dict[str, list[Leaving]] = {}
    for leaving in left:
        by_subject.setdefault(leaving.subject, []).append(leaving)
    reasons: dict[str, list[int]] = {}
    for row in _open_starts(connection, asked, moment, by_subject):
        for leaving in by_subject[row.subject]:
            if row.key != leaving.but and leaving.per in (None, row.per) and leaving.only in (None, row.key):
                reasons.setdefault(leaving.reason, []).append(row.id)
    for reason, ids in reasons.items():
        end_starts(connection, ids, reason)


def _open_starts(connection: Connection, asked: Asked, moment: Moment, subjects: Iterable[str]) -> Sequence[Any]:
    wanted = list(subjects)
    if not wanted:
        return ()
    parameters = {"run": moment.run, "rule": asked.rule.id, "subjects": wanted}
    return connection.execute(_OPEN_STARTS, parameters).all()


_OPEN_STARTS = (
    select(start.c.id, start.c.subject, start.c.key, start.c.per)
    .where(start.c.run == bindparam("run"), start.c.rule == bindparam("rule"), start.c.state == "open")
    .where(one_of(start.c.subject, "subjects"))
)


def settle_steps(connection: Connection, became: Iterable[tuple[str, str, int]]) -> None:
    """Writes what became of due steps: (``done`` or ``skipped``, step, start)."""
    for (state, step), settled in groupby(sorted(became), key=lambda one: one[:2]):
        parameters = {"became": state, "of_step": step, "ids": [start_id for _, _, start_id in settled]}
        connection.execute(_SETTLE, parameters)


_SETTLE = (
    update(step_due)
    .where(one_of_ids(step_due.c.start_id, "ids"), step_due.c.step == bindparam("of_step"))
    .values(state=bindparam("became"))
)


def finish(connection: Connection, ids: Sequence[int], *, never_again: Sequence[int]) -> None:
    """Marks those of the open starts that have no step waiting as done.

    That a start was nudged and its rule says ``again: never`` is kept by a unique key too, whatever else might go wrong.
    """
    if ids:
        connection.execute(_FINISH, {"ids": list(ids), "never_again": list(never_again)})


_IS_WAITED_FOR = some(
    select(step_due.c.start_id).where(step_due.c.start_id == start.c.id, is_waiting(step_due)).correlate(start)
)
_FINISH = (
    update(start)
    .where(one_of_ids(start.c.id, "ids"))
    .values(
        state=case((and_(start.c.state == "open", ~_IS_WAITED_FOR), literal("done")), else_=start.c.state),
        again_key=case(
            (one_of_ids(start.c.id, "never_again"), literal("never:").concat(start.c.per)), else_=start.c.again_key
        ),
    )
)


def take(connection: Connection, asked: Asked, moment: Moment, found: Sequence[Found]) -> int:
    """Takes the starts that may begin, in the order in which they happened; notes the others. Returns how many began."""
    returning = [f.returns for f in found if f.returns is not None]
    _reopen(connection, returning)
    waiting, begun = [f for f in found if f.returns is None], len(returning)
    while waiting:
        busy = Running(connection, asked, moment, waiting)
        judged = [(f, "noted" if f.noted else busy.judge(f)) for f in waiting]
        _replace_older(connection, asked, moment, [f for f, word in judged if word == "begins"])
        rows = [_row(asked, moment, f, begins=word == "begins") for f, word in judged if word != "asked again"]
        stored = insert_new(connection, start, rows, "id", "at", "state")
        began = [(id_, at) for id_, at, state in stored if state == "open"]
        insert_new(
            connection, step_due, [_due(asked, moment, *one, step) for one in began for step in asked.rule.steps]
        )
        begun += len(began)
        waiting = [f for f, word in judged if word == "asked again"]
    return begun


def _reopen(connection: Connection, ids: Sequence[int]) -> None:
    """A date that was moved back: the same start goes on, with the steps that it had."""
    if ids:
        connection.execute(_REOPEN, {"ids": list(ids)})
        connection.execute(_TAKE_UP, {"ids": list(ids)})


_REOPEN = update(start).where(one_of_ids(start.c.id, "ids")).values(state="open", reason=None)
_TAKE_UP = (
    update(step_due)
    .where(one_of_ids(step_due.c.start_id, "ids"), step_due.c.state == "dropped")
    .values(state="waiting")
)


def _replace_older(connection: Connection, asked: Asked, moment: Moment, found: Sequence[Found]) -> None:
    """With ``which: latest`` a newer event takes the place of the running start."""
    if isinstance(asked.rule.when, EventStart) and asked.rule.when.which == "latest":
        newer = {(f.subject, f.per) for f in found}
        older = _open_starts(connection, asked, moment, {f.subject for f in found})
        end_starts(connection, [row.id for row in older if (row.subject, row.per) in newer], "replaced")


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
        "reason": None if begins else f.noted or "already_running",
        "rule_version": asked.rule.version,
        "actor": f.actor,
        "props": dict(f.props),
    }


def _due(asked: Asked, moment: Moment, start_id: int, at: datetime, step: Step) -> dict[str, Any]:
    return {
        "start_id": start_id,
        "step": step.name,
        "run": moment.run,
        "rule": asked.rule.id,
        "due_at": at + step.wait,
        "state": "waiting",
    }
