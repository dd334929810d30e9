"""The starts of one rule, remembered in memory as the tables remember them: what runs, what waits, what was nudged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from firstwin.decide.value import NOTHING_YET, History
from firstwin.match.running import length_of
from firstwin.match.value import Start
from firstwin.rules.terms import BecomesStart, Rule, Step
from firstwin.tools.backtest.grid import Grid

Who = tuple[str, str]  # a subject and the value of `per`
Gates = tuple[bool, bool, bool, bool]  # exists, goal, unless, only_if


@dataclass(eq=False, slots=True)
class Begun:
    """A start that was taken, with its steps that wait. ``left_at``: from which slot on its state is over.

    ``gates``: how they stand when each step is decided, as far as that was asked. ``ended``: at which slot it was left
    before its time, and why.
    """

    start: Start
    ends_at: datetime
    waiting: dict[str, Step] = field(default_factory=dict)
    is_open: bool = True
    is_done: bool = False
    left_at: int | None = None
    ended: tuple[int, str] | None = None
    gates: dict[str, Gates] = field(default_factory=dict)

    @property
    def who(self) -> Who:
        return self.start.subject, self.start.per

    def overlaps(self, other: Begun) -> bool:
        return self.start.at < other.ends_at and other.start.at < self.ends_at

    def leave(self, number: int, reason: str) -> None:
        """It ended before its time, and is in nobody's way."""
        self.is_open = self.is_done = False
        self.ended = number, reason
        self.waiting.clear()

    def why_left(self, number: int) -> str | None:
        """Why it was left at this slot or before it. Once all that was due is done, the end of its state ends nothing."""
        if self.ended is not None and self.ended[0] <= number:
            return self.ended[1]
        return "state_ended" if self.waiting and self.left_at is not None and self.left_at <= number else None

    def settle(self, step: Step) -> None:
        del self.waiting[step.name]
        if not self.waiting:
            self.is_open, self.is_done = False, True


class Memory:
    """``again`` and "already running" are told by it."""

    def __init__(self, rule: Rule, grid: Grid) -> None:
        self.rule, self.grid = rule, grid
        self.length = max(length_of(rule), timedelta(0))
        self._may_overlap = self.length > timedelta(0) and not isinstance(rule.when, BecomesStart)
        self.of: dict[Who, list[Begun]] = defaultdict(list)
        self._nudged: dict[Who, list[tuple[int, str, datetime]]] = defaultdict(list)  # start, step, when

    def begin(self, start: Start, steps: Iterable[Step]) -> Begun:
        return Begun(start, start.at + self.length, {step.name: step for step in steps})

    def in_the_way(self, new: Begun) -> list[Begun]:
        """The starts of the same subject that run or ran where the new one does. Of a state there is one at a time."""
        if not self._may_overlap:
            return []
        return [one for one in self.of[new.who] if (one.is_open or one.is_done) and one.overlaps(new)]

    def slot_of(self, found: int, begun: Begun, step: Step) -> int:
        """When a step is decided: at the first slot after it is due, and not before that at which its start was ``found``."""
        due = self.grid.number(begun.start.at + step.wait)
        return max(found, due)

    # ---- what was nudged ----

    def history(self, start: Start) -> History:
        nudged = self._nudged.get((start.subject, start.per))
        if nudged is None:
            return NOTHING_YET
        last = max((at for one, _, at in nudged if one != start.id), default=None)
        return History(frozenset(step for one, step, _ in nudged if one == start.id), last)

    def nudged(self, start: int, who: Who, step: str, at: datetime) -> None:
        if self.rule.again.kind != "every time":
            self._nudged[who].append((start, step, at))


def in_order(rule: Rule, due: Sequence[tuple[int, Begun, Step]]) -> list[tuple[int, Begun, Step]]:
    """As the worker decides them: slot by slot, the oldest first."""
    place = {step.name: number for number, step in enumerate(rule.steps)}

    def key(one: tuple[int, Begun, Step]) -> tuple[int, datetime, datetime, str, int, str]:
        number, begun, step = one
        start = begun.start
        return number, start.at + step.wait, start.at, start.key, place[step.name], start.subject

    return sorted(due, key=key)
