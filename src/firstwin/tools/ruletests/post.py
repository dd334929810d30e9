"""Where the messages of a test go: every sender's place is taken by a box in memory, all else is as it is in earnest."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Engine

from firstwin.deliver.context import Started, Told
from firstwin.deliver.deliverer import Deliverer
from firstwin.deliver.desk import Desk
from firstwin.deliver.story import Story
from firstwin.match.value import Standing
from firstwin.messages.error import RenderError
from firstwin.messages.message import AlertCard, Mail, Message, Payload
from firstwin.messages.templates import Channel, Templates
from firstwin.outbox.claim import Leased
from firstwin.outbox.outcome import Policy
from firstwin.outbox.suppressions import AddressHash
from firstwin.outbox.way_out import WayOut
from firstwin.rules.project import Project
from firstwin.senders.contract import Accepted, Answer
from firstwin.tick.environment import Environment
from firstwin.tick.standing import AtTheWire

SECRET = "the secret of rule tests, which sign nothing"  # noqa: S105 - no link of a test leads anywhere
WAY_OUT = WayOut((SECRET,), "https://unsubscribe.example.com")
ADDRESSES = AddressHash((SECRET,))


@dataclass
class Box:
    """By key: each message with the moment at which it went out. By delivery: why, and what could not be rendered."""

    now: datetime
    messages: dict[str, tuple[datetime, Message]] = field(default_factory=dict)
    why: dict[int, str] = field(default_factory=dict)
    errors: dict[str, RenderError] = field(default_factory=dict)

    takes: ClassVar[frozenset[type]] = frozenset({Mail, AlertCard, Payload})
    on_unknown: Policy = "park"
    slots: ClassVar[int] = 32
    group: ClassVar[int] = 32

    async def send(self, message: Message) -> Answer:
        await asyncio.sleep(0)
        self.messages[message.key] = self.now, message
        return Accepted()

    async def close(self) -> None:
        """There is nothing to close."""


@dataclass(frozen=True)
class Watched:
    """The project's templates; what they cannot render is kept, with its file and line."""

    templates: Templates
    box: Box

    def render(
        self,
        channel: Channel,
        name: str,
        context: Mapping[str, object],
        *,
        key: str,
        to: str = "",
        sender: str = "",
        reply_to: str = "",
    ) -> Message:
        try:
            return self.templates.render(channel, name, context, key=key, to=to, sender=sender, reply_to=reply_to)
        except RenderError as error:
            self.box.errors[key] = error
            raise


@dataclass(frozen=True)
class Post:
    """Sends what is due in a run, once through the whole of delivering."""

    engine: Engine
    env: Environment
    project: Project
    templates: Templates
    box: Box

    def drain(self, run: str, destinations: frozenset[str], now: datetime) -> None:
        self.box.now = now
        Deliverer(self._desk(run, destinations)).run()

    def _desk(self, run: str, destinations: frozenset[str]) -> Desk:
        """On a staging system too a test tells whom a message is meant for."""
        return Desk(
            engine=self.engine,
            project=self.project.model_copy(update={"redirect_to": None}),
            senders=dict.fromkeys(sorted(destinations), self.box),
            templates=Watched(self.templates, self.box),
            gates=AtTheWire(self.env),
            tell=self._tell,
            jitter=_half,
            run=run,
            worker="test",
            addresses=ADDRESSES,
            way_out=WAY_OUT,
            priority=self.env.priority,
        )

    def _tell(self, leased: Leased, start: Started, standing: Standing) -> Told:
        told = Story(self.env.rule, self.project.labels).tell(leased, start, standing)
        self.box.why[leased.id] = told.why
        return told


def _half() -> float:
    return 0.5
