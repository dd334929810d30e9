"""Gates: whether a step that is due may go, judged for the starts at hand and never for everyone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.sql.expression import false

from firstwin.db import tables
from firstwin.db.bulk import among, one_of_ids
from firstwin.match.evidence import evidence_of
from firstwin.match.over import was_sent
from firstwin.match.plan import Asked, Moment
from firstwin.match.scope import Scope, StartColumns, is_waiting, named
from firstwin.match.seen import NOW
from firstwin.match.starts.event_dates import still_brought
from firstwin.match.starts.years import YEAR
from firstwin.match.value import Match, Standing, Start
from firstwin.match.word import word
from firstwin.match.words.properties import exists
from firstwin.rules.acts import choices
from firstwin.rules.terms import OVER, BecomesStart, DateStart, EventStart, NoneOf, Rule, Step, Term

start, step_due = tables.start, tables.step_due
ARE_ASKED = one_of_ids(start.c.id, "ids")

_due = step_due.alias("due")


def waiting(names: Sequence[str]) -> Select[tuple[int]]:
    """The starts for which one of these steps is due, those first that have waited longest."""
    return (
        select(_due.c.start_id)
        .where(_due.c.run == bindparam("run"), _due.c.rule == bindparam("rule"), named(_due.c.step, names))
        .where(is_waiting(_due))
        .where(_due.c.due_at <= bindparam("now"))
        .order_by(_due.c.due_at, _due.c.start_id)
        .limit(bindparam("most"))
    )


def is_any_due(connection: Connection, asked: Asked, moment: Moment) -> bool:
    """Whether there is a step to decide at all: one look into an index, where most ticks find nothing."""
    parameters = {"run": moment.run, "rule": asked.rule.id, "now": moment.now, "most": 1}
    return connection.execute(_any_due(asked), parameters).first() is not None


@lru_cache(maxsize=4096)
def _any_due(asked: Asked) -> Select[tuple[int]]:
    return waiting([step.name for step in asked.rule.all_steps]).order_by(None)


def due(
    connection: Connection, asked: Asked, moment: Moment, *, limit: int, but: Collection[str] = ()
) -> list[tuple[Match, bool]]:
    """The steps that are due for open starts, oldest first, each with whether its subject exists; ``but`` those."""
    alike = [tuple(step for step in steps if step.name not in but) for steps in steps_alike(asked.rule)]
    found = [pair for steps in alike if steps for pair in _due_of(connection, asked, moment, steps, limit)]
    order = {step.name: place for place, step in enumerate(asked.rule.all_steps)}
    found.sort(key=lambda pair: (pair[0].due_at, pair[0].start.at, pair[0].start.key, order[pair[0].step.name]))
    return found[:limit]


@lru_cache(maxsize=4096)
def steps_alike(rule: Rule) -> tuple[tuple[Step, ...], ...]:
    """The rule's steps, those together that one question is enough for: the repetitions of a step, most of all."""
    alike: dict[tuple[Any, ...], list[Step]] = {}
    for step in rule.all_steps:
        alike.setdefault((step.unless, step.only_if, choices(step.actions)), []).append(step)
    return tuple(tuple(steps) for steps in alike.values())


def _due_of(
    connection: Connection, asked: Asked, moment: Moment, steps: tuple[Step, ...], limit: int
) -> list[tuple[Match, bool]]:
    parameters = asked.parameters(connection, moment, most=limit)
    rows = connection.execute(_due_statement(asked, steps), parameters).all()
    by_name = {step.name: step for step in steps}
    return [_match(asked, by_name[row.step], row) for row in rows]


@lru_cache(maxsize=4096)
def _due_statement(asked: Asked, steps: tuple[Step, ...]) -> Select[Any]:
    names = [step.name for step in steps]
    its_row = and_(
        step_due.c.start_id == start.c.id, is_waiting(step_due), step_due.c.due_at <= NOW, named(step_due.c.step, names)
    )
    return (
        _judged(asked, steps[0], at_wire=False)
        .add_columns(step_due.c.due_at, step_due.c.step, *_choices(asked, steps[0]))
        .join(step_due, its_row)
        .where(among(start.c.id, waiting(names)))
        .order_by(step_due.c.due_at, start.c.id)
        .limit(bindparam("most"))
    )


def _choices(asked: Asked, step: Step) -> list[ColumnElement[bool]]:
    """Whether each condition of a branch holds, in the order of the file."""
    scope = _scope(asked, at_wire=False)
    return [word(term).holds(scope).label(f"choice_{place}") for place, term in enumerate(choices(step.actions))]


def standing(
    connection: Connection, asked: Asked, moment: Moment, step: Step, ids: Sequence[int], *, evidence: bool
) -> dict[int, Standing]:
    """How the gates stand for these starts at the moment of sending; a milestone is also asked from its source.

    With ``evidence`` also what shows it, which is one more question.
    """
    rows = connection.execute(_wire_statement(asked, step), asked.parameters(connection, moment, ids=list(ids))).all()
    shown = evidence_of(connection, asked, moment, step, [row.id for row in rows]) if evidence else {}
    return {
        row.id: Standing(
            exists=bool(row.exists),
            left=_why_left(asked, step, row),
            goal=bool(row.goal),
            unless=bool(row.unless),
            only_if=bool(row.only_if),
            evidence=shown.get(row.id, ()),
        )
        for row in rows
    }


def _why_left(asked: Asked, step: Step, row: Row[Any]) -> str | None:
    if step.name == OVER:
        return _why_not_over(row)
    if row.state == "left":
        return str(row.reason)
    if not row.stands:
        return "state_ended" if isinstance(asked.rule.when, BecomesStart) else "date_moved"
    return None


def _why_not_over(row: Row[Any]) -> str | None:
    """That the state has ended is what this message is about; but of what was never sent no end is told."""
    if row.state == "left" and row.reason != "state_ended":
        return str(row.reason)
    return None if row.sent else "not_sent"


@lru_cache(maxsize=4096)
def _wire_statement(asked: Asked, step: Step) -> Select[Any]:
    is_over = step.name == OVER
    still = true() if is_over else stands(asked, _scope(asked, at_wire=True))
    sent = was_sent() if is_over else true()
    return (
        _judged(asked, step, at_wire=True)
        .add_columns(start.c.state, start.c.reason, still.label("stands"), sent.label("sent"))
        .where(ARE_ASKED)
    )


def stands(asked: Asked, scope: Scope) -> ColumnElement[bool]:
    """Whether a start that lives only as long as its state or its date still does."""
    match asked.rule.when:
        case BecomesStart(condition):
            return word(condition).holds(replace(scope, start=None, recorders=None))
        case DateStart(of) as when:
            fact = tables.event.alias()
            whose = of.scope if of.scope != "start" else "account"
            key = case((fact.c.value_at.is_not(None), fact.c.props["value"].as_string()))
            now = scope.newest_of(fact, f"firstwin.{of.scope}.{of.name}", whose, key).scalar_subquery()
            return func.coalesce(_day(now, when) == _day(start.c.key, when), false())
        case EventStart(date=str()):
            return still_brought(asked)
        case _:
            return true()


def _day(date: ColumnElement[Any], when: DateStart) -> ColumnElement[Any]:
    """Of a date that comes round each year it is the day that counts."""
    return func.substr(date, YEAR + 1) if when.yearly else date


def with_goal_met(connection: Connection, asked: Asked, moment: Moment, ids: Sequence[int]) -> set[int]:
    """Those of the starts whose ``until`` holds now."""
    statement = _goal_statement(asked)
    rows = connection.execute(statement, asked.parameters(connection, moment, ids=list(ids)))
    return {row.id for row in rows}


@lru_cache(maxsize=4096)
def _goal_statement(asked: Asked) -> Select[tuple[int]]:
    goal = _any_of(_scope(asked, at_wire=False), (asked.rule.until,))
    return select(start.c.id).where(ARE_ASKED, goal)


def _judged(asked: Asked, step: Step, *, at_wire: bool) -> Select[Any]:
    return select(
        start.c.id, start.c.subject, start.c.key, start.c.per, start.c.at, start.c.seen_at, start.c.actor, start.c.props,
        *answers(asked.rule, step, _scope(asked, at_wire=at_wire)),
    ).select_from(start)  # fmt: skip


def answers(rule: Rule, step: Step, scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """What deciding asks of the start that the scope is about: ``exists``, ``goal``, ``unless`` and ``only_if``."""
    return (
        exists(scope).label("exists"),
        _any_of(scope, (rule.until,)).label("goal"),
        _any_of(scope, (rule.unless, step.unless)).label("unless"),
        _all_of(scope, (rule.only_if, step.only_if)).label("only_if"),
    )


def _scope(asked: Asked, *, at_wire: bool) -> Scope:
    columns = StartColumns(start.c.at, start.c.props)
    recorders: Mapping[str, Any] | None = asked.recorders if at_wire else None
    return Scope(asked.rule.about, start.c.subject, asked.seen, columns, recorders)


def _any_of(scope: Scope, gates: Sequence[Term | None]) -> ColumnElement[bool]:
    held = [word(gate).holds(scope) for gate in gates if gate is not None]
    return or_(*held) if held else literal(value=False)


def _all_of(scope: Scope, gates: Sequence[Term | None]) -> ColumnElement[bool]:
    missed = tuple(NoneOf((gate,)) for gate in gates if gate is not None)
    return ~or_(*(word(gate).holds(scope) for gate in missed)) if missed else literal(value=True)


def _match(asked: Asked, step: Step, row: Row[Any]) -> tuple[Match, bool]:
    id_, subject, key, per, at, seen_at, actor, props, there, goal, unless, only_if, due_at, _, *chosen = tuple(row)
    taken = Start(id_, asked.rule.id, subject, key, per, at, seen_at, actor, props)
    holding = frozenset(term for term, held in zip(choices(step.actions), chosen, strict=True) if held)
    match = Match(asked.rule, step, taken, due_at, bool(goal), bool(unless), bool(only_if), holding=holding)
    return match, bool(there)
