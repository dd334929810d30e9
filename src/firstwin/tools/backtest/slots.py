"""Goes from slot to slot with the worker's own tick, and jumps over those at which nothing can change."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, literal_column, select, update

from firstwin.db import tables
from firstwin.db.runs import Run
from firstwin.match.changed import NotAMoment, changes
from firstwin.match.plan import Asked, Moment
from firstwin.match.seen import seen_by
from firstwin.rules.terms import Rule
from firstwin.tick.environment import Environment
from firstwin.tick.rule import tick_within
from firstwin.tools.backtest.grid import Grid
from firstwin.tools.backtest.needed import start_boundaries

rule_row, step_due = tables.rule.c, tables.step_due.c
Told = Callable[[int], None]  # hears how many slots are done


def nothing(_moment: datetime) -> None:
    """Between the slots nothing happens."""


def go_through(
    connection: Connection, env: Environment, run: Run, rules: Sequence[Rule], grid: Grid, told: Told, *, jumps: bool,
    before: Callable[[datetime], None] = nothing,
) -> None:  # fmt: skip
    """All slots of these rules, in the order of the worker. ``jumps``: no rule reads what a later one makes.

    ``before`` hears of each slot before its ticks.
    """
    agendas = [_Agenda(connection, env, run, rule, grid, jumps=jumps) for rule in rules]
    number = 0
    while number < grid.count:
        before(grid.at(number))
        for agenda in agendas:
            if agenda.next == number:
                agenda.tick()
        told(number + 1)
        number = min(agenda.next for agenda in agendas)
    for agenda in agendas:
        agenda.advance(grid.count)
    told(grid.count)


class _Agenda:
    """At which slots a rule has something to do. The first is always one."""

    def __init__(
        self, connection: Connection, env: Environment, run: Run, rule: Rule, grid: Grid, *, jumps: bool
    ) -> None:
        self._connection, self._env, self._run, self._rule, self._grid = connection, env, run, rule, grid
        self._busy = (
            slots_of_change(connection, env.asked(rule, seen_by(connection, run.id)), run, grid) if jumps else None
        )
        self.next = 0

    def tick(self) -> None:
        if self.next:
            self.advance(self.next)
        tick_within(self._connection, self._env, self._run, self._rule, self._grid.at(self.next))
        self.next = self._after(self.next)

    def advance(self, number: int) -> None:
        """The slots before this one count as done."""
        advance(self._connection, self._run, self._rule, self._grid.at(number - 1))

    def _after(self, number: int) -> int:
        if self._busy is None:
            return number + 1
        place = bisect_right(self._busy, number)
        changed = self._busy[place] if place < len(self._busy) else self._grid.count
        return max(number + 1, min(changed, self._next_due()))

    def _next_due(self) -> int:
        due: datetime | None = self._connection.execute(
            _NEXT_DUE, {"of_run": self._run.id, "of_rule": self._rule.id}
        ).scalar_one()
        return self._grid.count if due is None else min(self._grid.count, self._grid.number(due))


def advance(connection: Connection, run: Run, rule: Rule, slot: datetime) -> None:
    """The rule's slots up to this one count as done: rules that build on it may go on."""
    connection.execute(_ADVANCE, {"in_run": run.id, "of_rule": rule.id, "slot": slot})


_ADVANCE = (
    update(tables.rule)
    .where(rule_row.run == bindparam("in_run"), rule_row.id == bindparam("of_rule"))
    .values(last_slot=bindparam("slot"))
)
_NEXT_DUE = select(func.min(step_due.due_at)).where(
    step_due.run == bindparam("of_run"),
    step_due.rule == bindparam("of_rule"),
    step_due.state == literal_column("'waiting'"),  # written out, so that the partial index serves
)


def slots_of_change(connection: Connection, asked: Asked, run: Run, grid: Grid) -> list[int] | None:
    """The slots at which a start may come about or end, in order; None where only looking can tell."""
    boundaries = start_boundaries(asked.rule)
    if boundaries is None:
        return None
    try:
        moments = changes(boundaries, asked.rule.about, asked.seen).subquery()
    except NotAMoment:
        return None
    number = grid.number_of(moments.c.moment).label("number")
    moment = Moment(run.id, grid.end, grid.begin)
    found = connection.execute(select(number).distinct(), asked.parameters(connection, moment)).scalars()
    return sorted(found)
