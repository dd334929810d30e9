"""What a deliver task works with: the database, the project, its senders and templates, and the questions it asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Engine

from firstwin.deliver.background import Tell
from firstwin.messages.message import Message
from firstwin.messages.templates import Channel
from firstwin.outbox.caps import equal
from firstwin.outbox.judge import Gates
from firstwin.outbox.outcome import Jitter
from firstwin.outbox.restraint import Restraint, restraint_of
from firstwin.outbox.suppressions import AddressHash
from firstwin.outbox.way_out import WayOut
from firstwin.rules.project import Project
from firstwin.senders.contract import Sender


class Renders(Protocol):
    """A project's templates, or somebody who looks over their shoulder."""

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
    ) -> Message: ...


@dataclass(frozen=True)
class Desk:
    """``worker`` is the name that stands in leases. ``gates`` says whether a message is still wanted, ``tell`` why it goes
    out, ``priority`` which of several rules comes first where a cap has room for one.
    """

    engine: Engine
    project: Project
    senders: Mapping[str, Sender]
    templates: Renders
    gates: Gates
    tell: Tell
    jitter: Jitter
    run: str
    worker: str
    addresses: AddressHash
    way_out: WayOut
    priority: Callable[[str], int] = equal

    @property
    def restraint(self) -> Restraint:
        """What the project sets for all of its rules."""
        return restraint_of(self.project, self.priority)
