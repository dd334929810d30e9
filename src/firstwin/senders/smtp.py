"""Sends mails over SMTP, on connections that are kept."""

from __future__ import annotations

import asyncio
import base64
import socket
import time
from collections.abc import Callable
from ipaddress import ip_address
from typing import Annotated, ClassVar, Literal

from aiosmtplib import SMTPException
from pydantic import AfterValidator, Field, model_validator

from firstwin.messages.message import AlertCard, Mail, Message, Payload
from firstwin.outbox.bucket import AT_ONCE, Flow
from firstwin.outbox.outcome import Policy
from firstwin.senders.contract import Answer, Refused, not_taken
from firstwin.senders.loops import PerLoop
from firstwin.senders.mime import Envelope, compose
from firstwin.senders.plain_mail import mail_of
from firstwin.senders.redact import Redactor
from firstwin.senders.settings import SPACE_OR_CONTROL, Address, BareAddress, Port, Secret, SenderSettings
from firstwin.senders.smtp_answer import judge_answer, judge_failure
from firstwin.senders.smtp_connection import Server, Trip, connect
from firstwin.senders.smtp_pool import Pool

Security = Literal["auto", "starttls", "tls", "none"]
DEFAULT_PORTS: dict[Security, int] = {"tls": 465, "starttls": 587, "none": 25}


def _host(host: str) -> str:
    if not host or SPACE_OR_CONTROL.search(host) or "/" in host:
        raise ValueError("is not the name of a server")
    return host


class Smtp:
    takes: ClassVar[frozenset[type]] = frozenset({Mail, AlertCard})
    on_unknown: Policy = "park"  # a customer never gets the same mail twice
    slots: ClassVar[int] = 8
    group: ClassVar[int] = 8
    flow: Flow = AT_ONCE

    class Settings(SenderSettings):
        """``security: auto`` encrypts where the server offers it; with a login, or on port 587, it insists.

        ``from`` and ``reply_to`` stand in where a mail names none. ``to`` gets the alerts that this sender is asked to
        send. ``bounces_to`` is the envelope's sender, ``helo`` the name that this machine gives itself.
        """

        host: Annotated[str, AfterValidator(_host)]
        port: Port | None = None
        security: Security = "auto"
        username: str | None = None
        password: Secret | None = None
        from_: Address = Field("", alias="from")
        reply_to: Address = ""
        to: BareAddress = ""
        bounces_to: BareAddress = ""
        helo: Annotated[str, AfterValidator(_host)] | None = None

        @model_validator(mode="after")
        def _safe(self) -> Smtp.Settings:
            if (self.username is None) != (self.password is None):
                raise ValueError("username and password: set both, or neither")
            if self.username is not None and self.security == "none" and not _is_here(self.host):
                raise ValueError("security: none would send the password in the open; use starttls or tls")
            return self

    def __init__(self, name: str, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        self.name = name
        self.on_unknown = settings.on_unknown or self.on_unknown
        self.flow = settings.flow(self.flow)
        self._settings = settings
        self._clock = clock
        self._redact = Redactor(_secrets(settings))
        server = _server(settings)
        self._pools = PerLoop(lambda: Pool(lambda: connect(server), self.slots))

    async def send(self, message: Message) -> Answer:
        if isinstance(message, Payload):
            return not_taken(self, message)
        envelope = self._envelope(message)
        return await self._carry(envelope) if isinstance(envelope, Envelope) else envelope

    async def close(self) -> None:
        if pool := self._pools.leave():
            await pool.close()

    def _envelope(self, message: Mail | AlertCard) -> Envelope | Refused:
        mail = mail_of(message, self.name, self._settings.to)
        if isinstance(mail, Refused):
            return mail
        chosen = self._settings
        return compose(
            mail, sender=chosen.from_, reply_to=chosen.reply_to, bounces_to=chosen.bounces_to, date=self._clock()
        )

    async def _carry(self, envelope: Envelope) -> Answer:
        trip = Trip()
        try:
            async with asyncio.timeout(self._settings.deadline):
                answer = await self._pools.here().carry(envelope, trip)
        except (SMTPException, OSError) as failure:  # TimeoutError is an OSError
            return judge_failure(failure, trip, self._redact)
        return judge_answer(answer, envelope.message_id, self._redact)


def _server(settings: Smtp.Settings) -> Server:
    security, port = _security(settings)
    return Server(
        host=settings.host,
        port=port,
        tls=security == "tls",
        starttls=None if security == "auto" else security == "starttls",
        helo=settings.helo or _own_name(),
        username=settings.username,
        password=settings.password.get_secret_value() if settings.password else None,
        ca_file=settings.ca_file,
    )


def _security(settings: Smtp.Settings) -> tuple[Security, int]:
    """What is meant where only one of port and security is said (RFC 8314: 465 is TLS, 587 STARTTLS)."""
    if settings.security != "auto":
        return settings.security, settings.port or DEFAULT_PORTS[settings.security]
    here = _is_here(settings.host)
    port = settings.port or (25 if here else 587)
    if port == DEFAULT_PORTS["tls"]:
        return "tls", port
    if port == DEFAULT_PORTS["starttls"] or (settings.username is not None and not here):
        return "starttls", port
    return "auto", port


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _own_name() -> str:
    """The full name if the machine knows it. Asking DNS for it can take many seconds, so that is not done."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"


def _secrets(settings: Smtp.Settings) -> set[str]:
    """The password, also as it stands on the wire: a server may repeat the line that it did not understand."""
    if settings.username is None or settings.password is None:
        return set()
    password = settings.password.get_secret_value()
    login = f"\0{settings.username}\0{password}"
    return {password, *(base64.b64encode(text.encode()).decode() for text in (password, login))}
