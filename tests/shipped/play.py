"""Plays timelines through a shipped rule: real messages in, the rule replayed, its mails and alerts as they went out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from threading import Event
from typing import Protocol

from sqlalchemy import Engine, bindparam, select

from firstwin.app import Wired
from firstwin.db.engine import read, write
from firstwin.db.runs import Run
from firstwin.db.tables import delivery
from firstwin.deliver.deliverer import Deliverer
from firstwin.deliver.desk import Desk
from firstwin.deliver.story import Story as Teller
from firstwin.facts.ingest import ingest
from firstwin.facts.segment import Message as Said
from firstwin.facts.segment import parse
from firstwin.messages.message import AlertCard, Mail, Message
from firstwin.outbox.suppressions import AddressHash
from firstwin.outbox.way_out import WayOut
from firstwin.rules.terms import Rule, read_milestones
from firstwin.tick.environment import Environment
from firstwin.tick.standing import AtTheWire
from firstwin.tools.check import Checked
from firstwin.tools.replay import Stretch, replay
from tests.deliver.given import Scripted
from tests.shipped.reading import outcomes, told
from tests.shipped.timeline import DAY_0, Story, moment


@dataclass(frozen=True)
class Played:
    """By story: what came of it, what was expected, and the messages that arrived, the first first."""

    came: Mapping[str, list[str]]
    expected: Mapping[str, list[str]]
    messages: Mapping[str, list[Message]]

    def mail(self, story: str, number: int = 0) -> Mail:
        return [each for each in self.messages[story] if isinstance(each, Mail)][number]

    def alert(self, story: str, number: int = 0) -> AlertCard:
        return [each for each in self.messages[story] if isinstance(each, AlertCard)][number]


class Play(Protocol):
    """``play`` with a database and the shipped project."""

    def __call__(self, rule: str, /, *, every: timedelta, until: str, **stories: Story) -> Played: ...


def play(engine: Engine, checked: Checked, rule: str, /, *, every: timedelta, until: str, **stories: Story) -> Played:
    """The rule counts from day 0, and its messages end in a letterbox. Only those whose milestones it reads are played with it."""
    wired = Wired(checked, engine, "worker", AddressHash(), WayOut(("x" * 32,), "https://nudges.example.com"))
    # of a few stories a silence means nothing
    env = replace(wired.env, rules=tuple(_with_recorders(wired.env, rule)), feeds=None)
    about = env.rules[-1].about
    _tell(engine, [line for name, story in stories.items() for line in story.messages(name, about)])
    letterbox = Scripted()
    stretch = Stretch(DAY_0, moment(until), every, sends=True)
    run = replay(engine, env, stretch, partial(_drain, wired, env, letterbox), lambda _: None, Event()).run
    with read(engine) as connection:
        came = outcomes(connection, run, env.rules[-1])
        told_to = told(connection, run, rule)
    return Played(
        {name: sorted(came[name]) for name in stories},
        {name: sorted(story.expected) for name, story in stories.items()},
        {name: [message for message in letterbox.sent if told_to[message.key] == name] for name in stories},
    )


def _with_recorders(env: Environment, name: str) -> Iterator[Rule]:
    rule = env.rule(name)
    if rule is None:
        raise LookupError(name)
    needed = read_milestones(rule)
    yield from (other for other in env.rules if other is not rule and needed.intersection(other.milestones))
    yield rule


def _tell(engine: Engine, lines: list[bytes]) -> None:
    """As `firstwin import --history` does."""
    messages = [message for line in lines if isinstance(message := parse(line, None), Said)]
    if len(messages) != len(lines):
        raise ValueError(lines)
    with write(engine) as connection:
        ingest(connection, messages, received_at=DAY_0 + timedelta(days=3650), history=True)


_IS_ANY_DUE = select(delivery.c.id).where(delivery.c.run == bindparam("run"), delivery.c.state == "scheduled").limit(1)


def _drain(wired: Wired, env: Environment, letterbox: Scripted, run: Run) -> None:
    """As the program does it, but for the wire's other end."""
    with read(wired.engine) as connection:
        if connection.execute(_IS_ANY_DUE, {"run": run.id}).first() is None:
            return
    if wired.checked.templates is None:
        raise LookupError
    desk = Desk(
        engine=wired.engine,
        project=wired.project,
        senders=dict.fromkeys(wired.project.senders, letterbox),
        templates=wired.checked.templates,
        gates=AtTheWire(env),
        tell=Teller(env.rule, wired.project.labels).tell,
        jitter=lambda: 0.5,
        run=run.id,
        worker="worker",
        addresses=wired.addresses,
        way_out=wired.way_out,
    )
    Deliverer(desk).run()
