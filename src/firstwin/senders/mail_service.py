"""What the senders to mail services have in common: their settings, and a mail that was checked before it is posted."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar, Final

from pydantic import Field

from firstwin.messages.message import AlertCard, Mail, Message
from firstwin.outbox.outcome import Policy
from firstwin.senders.addressed import Addressed, addressed
from firstwin.senders.contract import Accepted, Answer, Refused, Unknown
from firstwin.senders.plain_mail import mail_of
from firstwin.senders.posting import Clock, Posting, Request
from firstwin.senders.settings import Address, BareAddress, WebSettings
from firstwin.senders.status import Reply

AUTOMATIC: Final = {"Auto-Submitted": "auto-generated"}  # RFC 3834: no out-of-office notes, please


class MailServiceSettings(WebSettings):
    """``from`` and ``reply_to`` stand in where a mail names none. ``to`` gets the alerts that this sender is asked to send."""

    from_: Address = Field("", alias="from")
    reply_to: Address = ""
    to: BareAddress = ""


class MailService(Posting):
    """A service takes a mail by one request. Only what it named by an id of its own has arrived for certain."""

    takes: ClassVar[frozenset[type]] = frozenset({Mail, AlertCard})
    on_unknown: Policy = "park"  # a customer never gets the same mail twice
    slots: int = 8  # as many as a killed worker may leave unknown
    group: int = 8

    def __init__(
        self, name: str, settings: MailServiceSettings, *, secrets: Iterable[str], clock: Clock = time.time
    ) -> None:
        super().__init__(name, settings, secrets=secrets, clock=clock)
        self._mail = settings

    def request(self, message: Message) -> Request | Refused:
        assert isinstance(message, Mail | AlertCard)  # noqa: S101 - it takes nothing else
        mail = mail_of(message, self.name, self._mail.to)
        if isinstance(mail, Refused):
            return mail
        checked = addressed(mail, sender=self._mail.from_, reply_to=self._mail.reply_to)
        return checked if isinstance(checked, Refused) else self.mailed(checked)

    @abstractmethod
    def mailed(self, mail: Addressed) -> Request | Refused:
        """What is posted for a mail."""

    def named(self, provider_id: object, reply: Reply) -> Answer:
        """The answer to a status of success: without the service's name for the mail, something else may have answered."""
        detail = self.redact(reply.body)
        if isinstance(provider_id, str) and provider_id:
            return Accepted(provider_id, detail)
        return Unknown("unexpected_answer", detail)


def headers_of(mail: Addressed) -> dict[str, str]:
    """The mail's further headers, with its name and that no person wrote it."""
    return {"Message-ID": mail.message_id, **AUTOMATIC, **mail.mail.headers}
