"""What is asked of a backtest's mails once their quiet hours have ended: whether they are still wanted at that moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from firstwin.db.runs import Run
from firstwin.db.types import MICROSECOND
from firstwin.match.value import Standing
from firstwin.outbox.judge import why_cancelled
from firstwin.rules.terms import Step
from firstwin.tick.environment import Environment
from firstwin.tick.standing import AtTheWire
from firstwin.tools.backtest.asking import Questions, microseconds
from firstwin.tools.backtest.begun import Begun
from firstwin.tools.backtest.departures import Departures, Due
from firstwin.tools.backtest.grid import Grid


@dataclass(frozen=True)
class SlotBySlot:
    """Asks as the worker does, of the starts in the run's tables; so each mail is asked about before the slot after it."""

    connection: Connection
    env: Environment
    run: Run
    departures: Departures

    def before(self, slot: datetime) -> None:
        """What goes out at the very moment of a slot goes after its ticks."""
        self.until(slot - MICROSECOND)

    def until(self, moment: datetime) -> None:
        self.departures.judge(moment, self._ask)

    def _ask(self, due: Sequence[Due]) -> list[str | None]:
        groups: dict[tuple[str, datetime], list[int]] = defaultdict(list)
        for mail, at in due:
            groups[mail.step.name, at].append(mail.start.id)
        gates, rule = AtTheWire(self.env), self.departures.rule.id
        found = {
            (step, at): gates(self.connection, self.run.id, rule, step, sorted(set(ids)), at, evidence=False)
            for (step, at), ids in groups.items()
        }
        return [why_cancelled(found[mail.step.name, at].get(mail.start.id)) for mail, at in due]


@dataclass(frozen=True)
class AllAtOnce:
    """Asks for many moments in one statement; of starts that are kept in memory."""

    questions: Questions
    grid: Grid
    nudged: Mapping[int, Begun]

    def __call__(self, due: Sequence[Due]) -> list[str | None]:
        steps: dict[str, list[tuple[int, Due]]] = defaultdict(list)
        for place, one in enumerate(due):
            steps[one[0].step.name].append((place, one))
        found = {place: why for its in steps.values() for place, why in self._why(its[0][1][0].step, its)}
        return [found[place] for place in range(len(due))]

    def _why(self, step: Step, its: Sequence[tuple[int, Due]]) -> Iterator[tuple[int, str | None]]:
        moments = {place: (mail.start.id, at) for place, (mail, at) in its}
        for place, exists, goal, unless, only_if, stands in self.questions.at_wire(step, [_row(*one) for one in its]):
            left = self._left(*moments[place]) or (None if stands else "state_ended")
            yield place, why_cancelled(Standing(bool(exists), left, bool(goal), bool(unless), bool(only_if)))

    def _left(self, start: int, at: datetime) -> str | None:
        begun = self.nudged.get(start)
        return None if begun is None else begun.why_left((at - self.grid.begin) // self.grid.every)


def _row(place: int, due: Due) -> dict[str, Any]:
    mail, at = due
    start = mail.start
    return {
        "id": place,
        "subject": start.subject,
        "at": microseconds(start.at),
        "props": start.props,
        "now": microseconds(at),
    }
