"""What shows why something came or stayed out: each clause of the rule with a tick or a cross, and the facts behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from firstwin.db.tables import event
from firstwin.match.episodes import subjects_of
from firstwin.match.evidence import Asking, evidence_of
from firstwin.match.plan import Asked, Moment
from firstwin.match.scope import Scope
from firstwin.match.seen import Seen
from firstwin.match.value import Clause
from firstwin.match.word import word
from firstwin.rules.ruletest_times import written
from firstwin.rules.say import say_term
from firstwin.rules.terms import All, AnyOf, BecomesStart, EventStart, Named, NoneOf, Rule, Step, Term
from firstwin.tools.ruletests.came import Outcome
from firstwin.tools.ruletests.play import RUN, Played

GATES = ("until", "unless", "only_if")


@dataclass(frozen=True)
class Shown:
    """One clause: under which word of the rule it stands, whether it holds, and what shows it."""

    where: str
    holds: bool
    says: str
    shows: str = ""


def proof(connection: Connection, played: Played, one: Outcome) -> tuple[Shown, ...]:
    """Of the moment at which the outcome came; without a moment, of the end of the test."""
    rule = next(rule for rule in played.rules if rule.id == one.rule)
    asked = played.env.asked(rule, Seen("known"))
    moment = Moment(RUN, one.at or played.end, zone=played.env.zone)
    if one.evidence:
        clauses: Sequence[Clause] = [_stored(each) for each in one.evidence]
    elif one.start is not None:
        clauses = evidence_of(connection, asked, moment, _step(rule, one.step), [one.start]).get(one.start, ())
    else:
        clauses = _of_state(connection, asked, moment)
    if not clauses and one.start is None:
        return tuple(_of_other_start(connection, rule))
    places = dict(_places(rule, _step(rule, one.step)))
    return tuple(Shown(places.get(each.says, ""), each.holds, each.says, shows(each)) for each in clauses)


def _step(rule: Rule, name: str) -> Step:
    return next((step for step in rule.all_steps if step.name == name), rule.steps[0])


def _stored(each: Mapping[str, Any]) -> Clause:
    """As the nudge keeps it."""
    last_at = datetime.fromisoformat(each["last_at"]) if each["last_at"] else None
    return Clause(each["says"], each["holds"], each["count"], last_at, each["value"])


def _places(rule: Rule, step: Step) -> Iterator[tuple[str, str]]:
    """By what a clause says: the word of the rule that it stands under."""
    terms: list[tuple[str, Term | None]] = [(gate, getattr(of, gate, None)) for gate in GATES for of in (rule, step)]
    if isinstance(rule.when, BecomesStart):
        terms.append(("when", rule.when.condition))
    for place, term in terms:
        if term is not None:
            yield from _placed(term, place.replace("_", " "))


def _placed(term: Term, place: str) -> Iterator[tuple[str, str]]:
    """Below a `none` a tick is what stands in the way, and so says the word before it."""
    match term:
        case NoneOf(parts):
            yield from (found for part in parts for found in _placed(part, f"{place} none"))
        case All(parts) | AnyOf(parts, _):
            yield from (found for part in parts for found in _placed(part, place))
        case Named(_, part):
            yield from _placed(part, place)
        case _:
            yield from ((say_term(clause), place) for clause in word(term).clauses())


def _of_state(connection: Connection, asked: Asked, moment: Moment) -> tuple[Clause, ...]:
    """A state that never began has no start to ask about: it is asked of the first subject there is."""
    if not isinstance(asked.rule.when, BecomesStart):
        return ()
    whom = subjects_of(asked.rule.about)
    scope = Scope(asked.rule.about, whom.c.id, asked.seen)
    asking = [Asking(clause) for clause in word(asked.rule.when.condition).clauses()]
    columns: list[Any] = []
    for place, each in enumerate(asking):
        shown = word(each.term).shown(scope)
        columns += [word(each.term).holds(scope).label(f"holds_{place}"), shown.count.label(f"count_{place}")]
        columns += [shown.last_at.label(f"last_at_{place}"), shown.value.label(f"value_{place}")]
    statement = select(whom.c.id, *columns).order_by(whom.c.id).limit(1)
    row = connection.execute(statement, asked.parameters(connection, moment)).first()
    if row is None:
        return ()
    return tuple(
        Clause(each.says, bool(row[1 + 4 * place]), *row[2 + 4 * place : 5 + 4 * place])
        for place, each in enumerate(asking)
    )


def _of_other_start(connection: Connection, rule: Rule) -> Iterator[Shown]:
    """Of an event, how often it happened at all; of a property, what was said of it."""
    when = rule.when
    names = when.names if isinstance(when, EventStart) else [f"firstwin.{when.of}"] if hasattr(when, "of") else []
    for name in names:
        count, last = connection.execute(_HAPPENED, {"name": name}).one()
        says = name.removeprefix("firstwin.").removeprefix("milestone.")
        yield Shown("when", count > 0, says, shows(Clause(says, count > 0, count, last)))


_HAPPENED = select(func.count(), func.max(event.c.occurred_at)).where(event.c.name == bindparam("name"))


def shows(clause: Clause) -> str:
    """The facts in words: how often and when last, or the value."""
    last = f"last {written(clause.last_at)}" if clause.last_at else ""
    if clause.count is not None:
        times = {0: "never", 1: "once"}.get(clause.count, f"{clause.count:,} times")
        return ", ".join(filter(None, (times, last)))
    if clause.value is not None:
        return str(clause.value).lower() if isinstance(clause.value, bool) else f"{clause.value}"
    return last.removeprefix("last ")
