"""Which sender carries a delivery, and to whom: as decided, or on a staging system to one place for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from firstwin.messages.message import AlertCard, Mail, Message, Payload
from firstwin.outbox.claim import Leased
from firstwin.outbox.outcome import OnUnknown
from firstwin.rules.project import RedirectTo
from firstwin.senders.contract import Sender, policies


@dataclass(frozen=True)
class Route:
    """``name`` is the sender's; ``instead_of`` whom the message was meant for, where it is redirected."""

    name: str
    sender: Sender
    to: str = ""
    instead_of: str = ""

    def marked(self, message: Message) -> Message:
        """The message, with a word on whom it was meant for where it goes elsewhere."""
        if not self.instead_of:
            return message
        match message:
            case Mail():
                return replace(message, subject=f"[for {self.instead_of}] {message.subject}")
            case AlertCard():
                return replace(message, title=f"[for {self.instead_of}] {message.title}")
            case Payload():
                return replace(message, data={**message.data, "redirected_from": self.instead_of})


class Routes:
    def __init__(self, senders: Mapping[str, Sender], redirect_to: RedirectTo | None) -> None:
        self._senders = senders
        self._redirect_to = redirect_to

    def of(self, leased: Leased) -> Route | None:
        """None where nothing may leave the house: a staging system that names no place for this channel."""
        if self._redirect_to is None:
            return Route(leased.destination, self._senders[leased.destination], leased.address or "")
        if leased.channel == "email":
            return self._mail_instead(leased, self._redirect_to.email)
        name = self._redirect_to.webhook if leased.channel == "webhook" else self._redirect_to.alert
        if name is None:
            return None
        return Route(name, self._senders[name], instead_of=leased.destination)

    def _mail_instead(self, leased: Leased, address: str | None) -> Route | None:
        if address is None:
            return None
        return Route(leased.destination, self._senders[leased.destination], address, leased.address or "")

    def on_unknown(self) -> OnUnknown:
        """By destination, what its sender does about an unknown outcome."""
        return policies(self._senders)
