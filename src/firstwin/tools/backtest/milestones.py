"""The milestones that a rule records in a backtest, written as facts for the rules that read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from firstwin.db import tables
from firstwin.db.insert import insert_new
from firstwin.decide.value import Nudge
from firstwin.match.plan import Moment
from firstwin.rules.terms import BecomesStart
from firstwin.tick.records import milestone_fact
from firstwin.tools.backtest.asking import Questions, microseconds
from firstwin.tools.backtest.grid import Grid


class Milestones:
    """Those of one rule: noted one by one, recorded many at once."""

    def __init__(self, questions: Questions, grid: Grid) -> None:
        self._questions, self._grid, self._rule = questions, grid, questions.asked.rule
        self._noted: list[tuple[Nudge, int]] = []

    def note(self, nudge: Nudge, number: int) -> None:
        """``number`` is that of the slot."""
        if nudge.records:
            self._noted.append((nudge, number))

    def record(self) -> None:
        noted, self._noted = self._noted, []
        if not noted:
            return
        when = self._when_true(noted)
        rows = [
            milestone_fact(self._rule.about, self._moment(number), nudge, item.milestone, when.get(place))
            for place, (nudge, number) in enumerate(noted)
            for item in nudge.records
        ]
        insert_new(self._questions.connection, tables.event, rows)

    def _moment(self, number: int) -> Moment:
        return Moment(self._questions.run, self._grid.at(number))

    def _when_true(self, noted: Sequence[tuple[Nudge, int]]) -> dict[int, datetime]:
        """A state became true at its newest fact, or at the slot where only the clock moved."""
        if not isinstance(self._rule.when, BecomesStart):
            return {}
        at = self._grid.at
        rows = [
            {
                "id": place,
                "subject": nudge.match.start.subject,
                "now": microseconds(at(number)),
                "previous": microseconds(at(number - 1)),
            }
            for place, (nudge, number) in enumerate(noted)
        ]
        by_clock = {place: at(number) for place, (_, number) in enumerate(noted)}
        return by_clock | self._questions.newest_facts(rows)
