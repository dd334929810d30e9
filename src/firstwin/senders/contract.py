"""What every sender is, and the few things that it may answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Protocol, runtime_checkable

from firstwin.messages.message import AlertCard, Mail, Message, Payload
from firstwin.outbox.bucket import AT_ONCE, Flow
from firstwin.outbox.outcome import OnUnknown, Policy


@dataclass(frozen=True)
class Accepted:
    """The other side has it. ``provider_id`` is its name for it, ``detail`` its answer (redacted, at most 2 kB)."""

    provider_id: str | None = None
    detail: str = ""


@dataclass(frozen=True)
class Retry:
    """Not now. ``after`` is what the other side asked for; ``free`` costs no attempt (a 429)."""

    reason: str
    after: timedelta | None = None
    free: bool = False
    detail: str = ""


@dataclass(frozen=True)
class Refused:
    """Never. ``disable``: the destination itself is gone (410), not only this message."""

    reason: str
    disable: bool = False
    detail: str = ""


@dataclass(frozen=True)
class Unknown:
    """The request went out whole and no answer came: it may or may not have arrived."""

    reason: str
    detail: str = ""


Answer = Accepted | Retry | Refused | Unknown


@runtime_checkable
class Sender(Protocol):
    """One configured way to send. Made once a process from its settings in firstwin.yaml; used by many tasks at once.

    ``send`` never raises for what the network or the other side does: that is an answer. It keeps a total deadline of
    20 s. ``on_unknown`` is what delivery does with an unknown outcome; ``slots`` how many requests may be on
    the wire at once in a process; ``group`` how many rows go to the wire together. One whose other side takes only so many
    messages a second, or that keeps the order of an account's messages, says so in a further attribute, ``flow``.
    """

    takes: ClassVar[frozenset[type]]  # of Mail, AlertCard, Payload

    @property
    def slots(self) -> int: ...

    @property
    def group(self) -> int: ...

    @property
    def on_unknown(self) -> Policy: ...

    async def send(self, message: Message) -> Answer: ...

    async def close(self) -> None:
        """Close what the running event loop has opened. To be called before that loop ends; a later one opens anew."""


def policies(senders: Mapping[str, Sender]) -> OnUnknown:
    """What is done with an unknown outcome, by the name of the sender."""
    return {name: sender.on_unknown for name, sender in senders.items()}


def flow_of(sender: Sender) -> Flow:
    """How its messages are let out. A sender that says nothing of it lets them out as they come."""
    flow = getattr(sender, "flow", AT_ONCE)
    return flow if isinstance(flow, Flow) else AT_ONCE


def not_taken(sender: Sender, message: Message) -> Refused:
    """The answer to a message of a kind that this sender does not send."""
    kinds = {Mail: "mails", AlertCard: "alerts", Payload: "webhooks"}
    return Refused("invalid", detail=f"{type(sender).__name__} does not send {kinds[type(message)]}.")
