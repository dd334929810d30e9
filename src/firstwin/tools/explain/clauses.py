"""The rule's conditions as trees: each part asked of the database, with what shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from typing import Any, get_args

from sqlalchemy import Connection, Row, Select, bindparam, select

from firstwin.db import tables
from firstwin.match.plan import Asked, Moment
from firstwin.match.scope import Scope, StartColumns
from firstwin.match.word import word
from firstwin.rules.say_term import Labels, say_term
from firstwin.rules.terms import All, AnyOf, BecomesStart, Named, NoneOf, Reached, Rule, Term
from firstwin.tools.explain.answer import Condition, Node, Role

start = tables.start
COLUMNS = 4  # of one part: whether it holds, how many, since when, which value


@dataclass(frozen=True)
class Part:
    """A condition and what it is made of. ``place`` is that of its columns in the answer."""

    term: Term
    place: int
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Root:
    role: Role
    step: str
    part: Part


def conditions(
    connection: Connection, asked: Asked, moment: Moment, start_id: int, labels: Labels
) -> tuple[Condition, ...]:
    """How the rule's conditions stand at this moment for a start; a milestone is also asked from its source."""
    if not roots_of(asked):
        return ()
    row = connection.execute(_statement(asked), asked.parameters(connection, moment, of_start=start_id)).one()
    return tuple(_condition(root, row, labels) for root in roots_of(asked))


@lru_cache(maxsize=4096)
def roots_of(asked: Asked) -> tuple[Root, ...]:
    numbers = iter(range(10**6))
    return tuple(Root(role, step, _part(asked, term, numbers)) for role, step, term in _terms(asked.rule))


def _terms(rule: Rule) -> Iterator[tuple[Role, str, Term]]:
    """In the order of the rule: the state that starts it, then its gates, then those of its steps."""
    if isinstance(rule.when, BecomesStart):
        yield "becomes", "", rule.when.condition
    whole: tuple[tuple[Role, Term | None], ...] = (
        ("until", rule.until), ("unless", rule.unless), ("only_if", rule.only_if),
    )  # fmt: skip
    yield from ((role, "", term) for role, term in whole if term is not None)
    for step in rule.steps:
        own: tuple[tuple[Role, Term | None], ...] = (("unless", step.unless), ("only_if", step.only_if))
        yield from ((role, step.name, term) for role, term in own if term is not None)
        yield from (("if", step.name, term) for action in step.actions for term in _terms_in(action))


def _terms_in(action: object) -> Iterator[Term]:
    """The conditions that an action chooses by, however deep they stand in it."""
    if isinstance(action, get_args(Term)):
        yield action
    elif isinstance(action, tuple):
        for each in action:
            yield from _terms_in(each)
    elif is_dataclass(action):
        for one in fields(action):
            yield from _terms_in(getattr(action, one.name))


def _part(asked: Asked, term: Term, numbers: Iterator[int]) -> Part:
    return Part(term, next(numbers), tuple(_part(asked, inner, numbers) for inner in _inner(asked, term)))


def _inner(asked: Asked, term: Term) -> Iterator[Term]:
    """A word that is made of others has ``parts``; a milestone is followed by the state that its recorder waits for."""
    yield from (part.term for part in getattr(word(term), "parts", ()))
    if isinstance(term, Reached):
        recorders = asked.recorders.get(term.milestone, ())
        yield from (
            rule.when.condition
            for rule in recorders
            if rule.about == asked.rule.about and isinstance(rule.when, BecomesStart)
        )


@lru_cache(maxsize=4096)
def _statement(asked: Asked) -> Select[Any]:
    columns = StartColumns(start.c.at, start.c.props)
    scope = Scope(asked.rule.about, start.c.subject, asked.seen, columns, asked.recorders)
    found: list[Any] = []
    for part in (each for root in roots_of(asked) for each in _all(root.part)):
        shown = word(part.term).shown(scope)
        answers = (word(part.term).holds(scope), shown.count, shown.last_at, shown.value)
        found += [answer.label(f"c{part.place}_{number}") for number, answer in enumerate(answers)]
    return select(*found).select_from(start).where(start.c.id == bindparam("of_start"))


def _all(part: Part) -> Iterator[Part]:
    yield part
    for inner in part.parts:
        yield from _all(inner)


def _condition(root: Root, row: Row[Any], labels: Labels) -> Condition:
    node = _node(root.part, row, labels, wanted=root.role not in ("until", "unless"))
    return Condition(root.role, root.step, root.role == "if" or node.speaks_for, node)


def _node(part: Part, row: Row[Any], labels: Labels, *, wanted: bool) -> Node:
    """``wanted``: it is for the sending if it holds. What stands below a `none` is wanted the other way round."""
    holds, count, last_at, value = row[COLUMNS * part.place : COLUMNS * (part.place + 1)]
    below = wanted is not isinstance(part.term, NoneOf)
    parts = tuple(_node(inner, row, labels, wanted=below) for inner in part.parts)
    if isinstance(part.term, All | AnyOf) and len(parts) == 1:
        return parts[0]
    plain = None if value is None else json.loads(value)
    return Node(_says(part.term, labels), bool(holds), count, last_at, plain, parts, bool(holds) is wanted)


def _says(term: Term, labels: Labels) -> str:
    """What is shown part by part below is not said twice."""
    heads: Mapping[type, str] = {All: "all of these", NoneOf: "none of these"}
    match term:
        case AnyOf(_, 1):
            return "any of these"
        case AnyOf(_, at_least):
            return f"at least {at_least} of these"
        case Named(name):
            return f"in the segment “{name}”"
        case _:
            return heads.get(type(term)) or say_term(term, labels)
