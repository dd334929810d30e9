"""Takes all slots of a long stretch in one go: asked in a few statements, decided in memory in the order of the slots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, count
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from firstwin.db import tables
from firstwin.db.runs import Run
from firstwin.decide.decide import decide
from firstwin.decide.value import Hold, Nudge, Policy, Reason, Subject
from firstwin.match.plan import Moment
from firstwin.match.seen import seen_by
from firstwin.match.value import Match, Start
from firstwin.rules.terms import BecomesStart, Rule, Step
from firstwin.tick.decisions import too_late
from firstwin.tick.environment import Environment
from firstwin.tick.policy import policy_at
from firstwin.tick.rule import earliest_of, tick_within
from firstwin.tools.backtest.asking import NeedsSlots, Questions, microseconds
from firstwin.tools.backtest.begun import Begun, Memory, in_order
from firstwin.tools.backtest.departures import Departures
from firstwin.tools.backtest.events import events
from firstwin.tools.backtest.grid import Grid
from firstwin.tools.backtest.known import Due, Known
from firstwin.tools.backtest.milestones import Milestones
from firstwin.tools.backtest.shards import EVERYBODY, Shard
from firstwin.tools.backtest.slots import Told, advance
from firstwin.tools.backtest.wires import AllAtOnce

s, d, n, e = tables.start.c, tables.step_due.c, tables.nudge.c, tables.episode.c

CHUNKS: Final = 24  # parts of the stretch, for memory's sake and for whoever watches
ALL_OPEN: Final = (True, False, False, True)
Key = tuple[int, str]  # a start and a step


@dataclass
class Chunk:
    """What happens at the slots ``first`` to ``last``: starts that are found, and states that are over."""

    first: int
    last: int
    found: list[tuple[int, Begun]] = field(default_factory=list)
    due: list[tuple[int, Begun, Step]] = field(default_factory=list)
    known: dict[Key, tuple[Subject, Policy]] = field(default_factory=dict)
    goals: set[tuple[int, int]] = field(default_factory=set)  # of which start the goal is met at which slot


class Together:
    """One rule. Its first slot is the worker's own; what that left behind is where the rest begins."""

    def __init__(
        self, connection: Connection, env: Environment, run: Run, rule: Rule, grid: Grid, departures: Departures | None
    ) -> None:
        self.connection, self.env, self.run, self.rule, self.grid = connection, env, run, rule, grid
        self.departures, self.nudged = departures, dict[int, Begun]()
        self.shard = EVERYBODY
        self.asked = env.asked(rule, seen_by(connection, run.id))
        self.questions = Questions(connection, self.asked, run.id)
        self.known = Known(connection, env, self.asked, grid.end)
        self.memory = Memory(rule, grid)
        self.policy = policy_at(connection, env)
        self.ids = count(1)
        self._events: Iterator[tuple[int, Begun]] = iter(())
        self.later: list[tuple[int, Begun, Step]] = []
        self.open: dict[str, Begun | None] = {}  # whose state is true, and the start that this made
        self.milestones = Milestones(self.questions, grid)
        self._at_once = {step.name: ALL_OPEN for step in rule.steps if _needs_no_asking(rule, step)}

    def go(self, told: Told, shards: Iterable[Shard] = (EVERYBODY,)) -> None:
        """One shard after the other. Raises NeedsSlots or NotAMoment where it can only be done slot by slot."""
        self.questions.prepare(self.grid, at_wire=self.departures is not None)
        tick_within(self.connection, self.env, self.run, self.rule, self.grid.begin)
        for shard in shards:
            self._through(shard, told)
        if self.departures is not None:
            self.departures.judge(self.grid.end, AllAtOnce(self.questions, self.grid, self.nudged))
        advance(self.connection, self.run, self.rule, self.grid.end)

    def _through(self, shard: Shard, told: Told) -> None:
        self.shard = shard
        is_alone = shard == EVERYBODY  # else other processes leave no core to another thread
        self._take_over()
        if not isinstance(self.rule.when, BecomesStart):
            self._events = self._new_events()
        chunks = self._chunks()
        following = next(chunks, None)
        self._look_ahead(following)
        with ThreadPoolExecutor(1, "ahead") as beside:
            while (chunk := following) is not None:
                self._ask(chunk)
                following = next(chunks, None)
                asked = beside.submit(self._look_ahead, following) if is_alone else None
                self._decide(chunk)
                asked.result() if asked else self._look_ahead(following)
                self.milestones.record()
                told(chunk.last + 1)

    def _take_over(self) -> None:
        """What the first slot left in the tables of those whom this is about."""
        waiting = self._waiting()
        starts: dict[str, Begun] = {}
        columns = (s.id, s.rule, s.subject, s.key, s.per, s.at, s.seen_at, s.actor, s.props, s.state)
        taken = select(*columns).where(s.state.in_(["open", "done"]), *self.shard.has(s.subject))
        for *start, state in self._mine(taken, s):
            begun = self.memory.begin(Start(*start), waiting[start[0]])
            begun.is_open, begun.is_done = state == "open", state == "done"
            self._add(begun)
            starts[begun.start.subject] = self.nudged[begun.start.id] = begun
            self.ids = count(max(begun.start.id + 1, next(self.ids)))
        nudges = select(n.start_id, n.subject, n.per, n.step, n.decided_at).where(*self.shard.has(n.subject))
        for start_id, subject, per, step, at in self._mine(nudges, n):
            self.memory.nudged(start_id, (subject, per), step, at)
        episodes = select(e.subject).where(e.until.is_(None), *self.shard.has(e.subject))
        for (subject,) in self._mine(episodes, e):
            self.open[subject] = starts.get(subject)

    def _waiting(self) -> dict[int, list[Step]]:
        steps = {step.name: step for step in self.rule.steps}
        found: dict[int, list[Step]] = defaultdict(list)
        for start_id, name in self._mine(select(d.start_id, d.step).where(d.state == "waiting"), d):
            found[start_id].append(steps[name])
        return found

    def _mine(self, query: Select[Any], table: Any) -> Sequence[Any]:  # noqa: ANN401 - the columns of a table
        return self.connection.execute(query.where(table.run == self.run.id, table.rule == self.rule.id)).all()

    def _add(self, begun: Begun) -> None:
        self.memory.of[begun.who].append(begun)
        found = self.grid.number(begun.start.seen_at)
        self.later += [(self.memory.slot_of(found, begun, step), begun, step) for step in begun.waiting.values()]

    # ---- a part of the stretch ----

    def _chunks(self) -> Iterator[Chunk]:
        size = -(-(self.grid.count - 1) // CHUNKS) or 1
        for first in range(1, self.grid.count, size):
            yield Chunk(first, min(first + size, self.grid.count) - 1)

    def _look_ahead(self, chunk: Chunk | None) -> None:
        """What no decision changes, asked while those of the part before are made: a database works beside Python.

        There is one connection, so whoever decides asks nothing meanwhile.
        """
        if chunk is not None and not isinstance(self.rule.when, BecomesStart):
            self._find_events(chunk)
            self.known.read(begun.start.subject for _, begun in chunk.found if ALL_OPEN in begun.gates.values())

    def _ask(self, chunk: Chunk) -> None:
        if isinstance(self.rule.when, BecomesStart):
            self._find_states(chunk)
        self._find_due(chunk)
        self._ask_gates(chunk)
        self._ask_goals(chunk)
        self._ask_subjects(chunk)

    def _moment(self, chunk: Chunk) -> Moment:
        return Moment(self.run.id, self.grid.at(chunk.last), self.grid.at(chunk.first - 1))

    def _find_events(self, chunk: Chunk) -> None:
        for number, begun in self._events:
            if number > chunk.last:
                self._events = chain([(number, begun)], self._events)
                break
            chunk.found.append((number, begun))

    def _new_events(self) -> Iterator[tuple[int, Begun]]:
        for one in events(self.questions, self.grid, earliest_of(self.rule, self.grid.begin), self.shard):
            seen_at = self.grid.at(one.number)
            start = Start(
                next(self.ids), self.rule.id, one.subject, one.key, one.per, one.at, seen_at, one.actor, one.props
            )
            begun = self.memory.begin(start, self.rule.steps)
            begun.gates.update(zip(begun.waiting, one.gates, strict=True))
            yield one.number, begun

    def _find_states(self, chunk: Chunk) -> None:
        moment, before = self._moment(chunk), self.grid.at(chunk.first - 1)
        for subject, number, holds in self.questions.turns(self.grid, before, moment.now, self.shard):
            if holds and subject not in self.open:
                at = self.grid.at(number)
                start = Start(next(self.ids), self.rule.id, subject, at.isoformat(), "", at, at, None, {})
                begun = self.memory.begin(start, self.rule.steps)
                begun.gates.update(self._at_once)
                self.open[subject] = begun
                chunk.found.append((number, begun))
            elif not holds and subject in self.open:
                ended = self.open.pop(subject)
                if ended is not None:
                    ended.left_at = number

    def _find_due(self, chunk: Chunk) -> None:
        """The steps of this part that may be decided; the others wait for their own."""
        new = [(self.memory.slot_of(n, b, step), b, step) for n, b in chunk.found for step in b.waiting.values()]
        waiting, self.later = [*self.later, *new], []
        for one in waiting:
            number, begun, step = one
            if number > chunk.last:
                self.later.append(one)
            elif step.name in begun.waiting and (begun.left_at is None or number < begun.left_at):
                chunk.due.append(one)

    # ---- what is asked of all of them at once ----

    def _ask_gates(self, chunk: Chunk) -> None:
        """Of events they are known already."""
        for step in self.rule.steps:
            ask = {b.start.id: (n, b) for n, b, its in chunk.due if its is step and step.name not in b.gates}
            rows = [_row(begun, self.grid.at(number)) for number, begun in ask.values()]
            for id_, *gates in self.questions.gates(step, rows):
                exists, goal, unless, only_if = map(bool, gates)
                ask[id_][1].gates[step.name] = exists, goal, unless, only_if

    def _ask_goals(self, chunk: Chunk) -> None:
        """Whether a start that stands in the way of a new one has met its goal by then."""
        if self.rule.until is None or isinstance(self.rule.when, BecomesStart):
            return
        others: dict[tuple[str, str], list[Begun]] = defaultdict(list)
        pairs: dict[int, tuple[Begun, int]] = {}
        for number, new in chunk.found:
            before = [*self.memory.of[new.who], *others[new.who]]
            for one in before:
                if one.overlaps(new):
                    pairs[len(pairs)] = one, number
            others[new.who].append(new)
        rows = [_row(one, self.grid.at(number)) | {"id": id_} for id_, (one, number) in pairs.items()]
        for id_, _, goal, *_ in self.questions.gates(self.rule.steps[0], rows):
            if goal:
                one, number = pairs[id_]
                chunk.goals.add((one.start.id, number))

    def _ask_subjects(self, chunk: Chunk) -> None:
        """Only of those whose gates are open: the others are told why not, whoever they are."""
        due = []
        for number, begun, step in chunk.due:
            if begun.gates[step.name] == ALL_OPEN:
                due.append(Due(begun.start, step, self.grid.at(number)))
        for one, subject, policy in self.known.of(due, self.policy):
            chunk.known[one.start.id, one.step.name] = subject, policy

    # ---- one by one, in the order of the slots ----

    def _decide(self, chunk: Chunk) -> None:
        found = iter(chunk.found)
        new = next(found, None)
        for number, begun, step in in_order(self.rule, chunk.due):
            while new is not None and new[0] <= number:
                self._take(chunk, *new)
                new = next(found, None)
            if begun.is_open and step.name in begun.waiting:
                self._decide_one(chunk, number, begun, step)
        while new is not None:
            self._take(chunk, *new)
            new = next(found, None)

    def _take(self, chunk: Chunk, number: int, new: Begun) -> None:
        in_the_way = self.memory.in_the_way(new)
        for one in in_the_way:
            if one.is_open and (one.start.id, number) in chunk.goals:
                one.leave(number, Reason.GOAL_MET)
        if any(one.is_open or one.is_done for one in in_the_way):
            new.leave(number, Reason.ALREADY_RUNNING)  # noted: another one is running
        self.memory.of[new.who].append(new)

    def _decide_one(self, chunk: Chunk, number: int, begun: Begun, step: Step) -> None:
        start, now = begun.start, self.grid.at(number)
        exists, goal, unless, only_if = begun.gates.pop(step.name)
        match = Match(self.rule, step, start, start.at + step.wait, goal, unless, only_if)
        subject, policy = chunk.known.get((start.id, step.name)) or (self._nobody(start, exists=exists), self.policy)
        decision = too_late(match, self.env, self.grid.begin) or decide(
            match, subject, self.memory.history(start), policy, now
        )
        if isinstance(decision, Hold):
            raise NeedsSlots(decision.reason)
        begun.settle(step)
        if isinstance(decision, Nudge):
            self.memory.nudged(start.id, begun.who, step.name, now)
            self.milestones.note(decision, number)
            if self.departures is not None:
                self.nudged[start.id] = begun
        elif decision.ends_start:
            begun.leave(number, decision.reason)
        self.env.told(now, (decision,))

    def _nobody(self, start: Start, *, exists: bool) -> Subject:
        return Subject(self.rule.about, start.subject, None, exists)


def _needs_no_asking(rule: Rule, step: Step) -> bool:
    """What is done at the very slot at which a state begins: whom it holds for is there, and there is no gate."""
    gates = (rule.until, rule.unless, rule.only_if, step.unless, step.only_if)
    return isinstance(rule.when, BecomesStart) and not step.wait and gates == (None,) * len(gates)


def _row(begun: Begun, now: datetime) -> dict[str, Any]:
    start = begun.start
    return {
        "id": start.id,
        "subject": start.subject,
        "at": microseconds(start.at),
        "props": start.props,
        "now": microseconds(now),
    }
