"""When those who were nudged, and those who were not, reached what the rule is there for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Connection, Dialect, MetaData, Select, Text, func, select

from firstwin.db import tables
from firstwin.db.insert import document
from firstwin.db.types import Instant, Json
from firstwin.match.plan import Asked
from firstwin.match.scope import Scope, StartColumns
from firstwin.match.seen import Seen
from firstwin.match.words.facts import CountWord
from firstwin.rules.say import say_term
from firstwin.rules.terms import Count, Ever, Reached, Rule, SinceStart, Subject, Term
from firstwin.tick.environment import Environment
from firstwin.tools.backtest.asking import BATCH, Questions, asked_rows, microseconds
from firstwin.tools.backtest.came import Left, Sent
from firstwin.tools.backtest.grid import Grid

MILESTONE: Final = "activated"  # what counts where the rule names no goal
CLOSE: Final = timedelta(hours=1)  # as near as the moment is told that no single fact tells
Row = dict[str, Any]
One = TypeVar("One", Sent, Left)


@dataclass(frozen=True)
class Goal:
    """What is waited for, in words and as a condition."""

    says: str
    term: Term


def goal_of(rule: Rule, env: Environment) -> Goal | None:
    """The rule's own way out, else the milestone that all rules share; None where nobody records it."""
    if rule.until is not None:
        return Goal(say_term(rule.until), rule.until)
    if MILESTONE in env.recorders() and MILESTONE not in rule.milestones:
        return Goal(f"`{MILESTONE}` was reached", Reached(MILESTONE))
    return None


@dataclass(frozen=True)
class Reaching:
    """Asks when the goal was reached, of many starts at once, as it is known at the end of the stretch."""

    connection: Connection
    env: Environment
    run: str
    rule: Rule
    goal: Goal
    grid: Grid

    def pairs(self, found: Sequence[One]) -> list[tuple[One, datetime | None]]:
        """The first of each subject, and when that subject reached the goal."""
        first = list({one.subject: one for one in reversed(found)}.values())
        when = self.when(first)
        return [(one, when.get(place)) for place, one in enumerate(first)]

    def when(self, starts: Sequence[Sent | Left]) -> dict[int, datetime]:
        """By place in the list. Where no single fact reaches the goal, to the hour, and as if it stayed reached."""
        rows = [
            {"id": place, "subject": one.subject, "at": microseconds(one.start_at), "props": {}, "now": 0}
            for place, one in enumerate(starts)
        ]
        single = _single_fact(self.goal.term)
        if single is not None:
            return self._first_facts(single, rows)
        return self._searched(rows, {place: one.at for place, one in enumerate(starts)})

    def _first_facts(self, term: Count | Reached, rows: Sequence[Row]) -> dict[int, datetime]:
        statement = _first_fact(term, self.rule.about, self.connection.dialect)
        found: dict[int, datetime] = {}
        for first in range(0, len(rows), BATCH):
            block = document(rows[first : first + BATCH])
            parameters = {"rows": block, "now": self.grid.end, "run": self.run}
            found |= {row.id: row.first for row in self.connection.execute(statement, parameters) if row.first}
        return found

    def _searched(self, rows: Sequence[Row], begins: Mapping[int, datetime]) -> dict[int, datetime]:
        """By halving the time in which it happened."""
        low, high = dict(begins), dict.fromkeys(self._held(rows, dict.fromkeys(begins, self.grid.end)), self.grid.end)
        while wide := {place for place, at in high.items() if at - low[place] > CLOSE}:
            middle = {place: low[place] + (high[place] - low[place]) / 2 for place in wide}
            held = self._held([row for row in rows if row["id"] in wide], middle)
            high |= {place: middle[place] for place in held}
            low |= {place: middle[place] for place in wide - held}
        return high

    def _held(self, rows: Sequence[Row], at: Mapping[int, datetime]) -> set[int]:
        rule = replace(self.rule, until=self.goal.term, unless=None, only_if=None)
        step = replace(rule.steps[0], unless=None, only_if=None)
        questions = Questions(self.connection, Asked(rule, Seen("known"), self.env.recorders()), self.run)
        asked = [row | {"now": microseconds(at[row["id"]])} for row in rows]
        return {id_ for id_, _, goal, *_ in questions.gates(step, asked) if goal}


def _single_fact(term: Term) -> Count | Reached | None:
    match term:
        case Reached():
            return term
        case Count(window=SinceStart() | Ever(), at_least=1, at_most=None, same=None):
            return term
        case _:
            return None


def _first_fact(term: Count | Reached, about: Subject, dialect: Dialect) -> Select[Any]:
    asker = asked_rows(dialect, id=BigInteger(), subject=Text(), at=Instant(), props=Json)
    if isinstance(term, Reached):
        first = _first_milestone(term.milestone, asker.c.subject, about)
    else:
        scope = Scope(about, asker.c.subject, Seen("known"), StartColumns(asker.c.at, asker.c.props))
        first = CountWord(term).first_at(scope)
    return select(asker.c.id, first.label("first"))


def _first_milestone(milestone: str, subject: ColumnElement[str], about: Subject) -> ColumnElement[Any]:
    """Of the run's own facts, which not every backtest sees among the others."""
    own = OWN.c
    whose = own.account_id if about == "account" else own.person_id
    return (
        select(func.min(own.occurred_at))
        .where(whose == subject, own.name == f"firstwin.milestone.{milestone}")
        .correlate(subject.table)
        .scalar_subquery()
    )


OWN: Final = tables.event.to_metadata(MetaData(), name="own_event")
