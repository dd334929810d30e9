"""One SMTP connection, kept over many mails, that knows how far a mail has come."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import aiosmtplib
from aiosmtplib import SMTPDataError, SMTPResponse
from aiosmtplib.protocol import SMTPProtocol

from firstwin.senders.mime import Envelope
from firstwin.senders.tls import trust

GO_AHEAD = 354
DOT = b".\r\n"
MAILS_EACH = 100  # many servers end a connection that carried more


@dataclass(frozen=True)
class Server:
    """Where mails go. ``starttls`` None: if the server offers it."""

    host: str
    port: int
    tls: bool
    starttls: bool | None
    helo: str
    username: str | None
    password: str | None
    ca_file: Path | None


class CannotSecure(aiosmtplib.SMTPException):
    """The settings ask for an encrypted connection, and the server offers none."""


@dataclass
class Trip:
    """How far one mail has come. ``dotted``: its final dot may have left, so from here on it may be accepted."""

    dotted: bool = False


class Connection:
    def __init__(self, client: aiosmtplib.SMTP) -> None:
        self._client = client
        self._protocol = cast("SMTPProtocol", client.protocol)
        transport = cast("asyncio.Transport", client.transport)
        transport.set_write_buffer_limits(high=1)  # so that a drain waits until the kernel has taken everything
        self._out = asyncio.StreamWriter(transport, self._protocol, None, asyncio.get_running_loop())
        self._carried = 0

    @property
    def reusable(self) -> bool:
        return self._client.is_connected and self._carried < MAILS_EACH

    async def carry(self, envelope: Envelope, trip: Trip) -> SMTPResponse:
        """The server's answer to the whole mail. Raises aiosmtplib's exceptions and OSError."""
        self._carried += 1
        await self._client.mail(envelope.sender, options=self._size(envelope))
        await self._client.rcpt(envelope.to)
        go_ahead = await self._client.execute_command(b"DATA")
        if go_ahead.code != GO_AHEAD:
            raise SMTPDataError(go_ahead.code, go_ahead.message)
        self._out.write(envelope.content.replace(b"\r\n.", b"\r\n.."))
        await self._out.drain()
        trip.dotted = True
        self._protocol.write(DOT)
        return await self._protocol.read_response()

    async def forget(self) -> None:
        """Drop the present mail, so that the next can follow on this connection."""
        await self._client.rset()

    async def quit(self) -> None:
        await self._client.quit()

    def abort(self) -> None:
        """Let go at once: what has not been sent is not to follow later."""
        self._out.transport.abort()
        self._client.close()

    def _size(self, envelope: Envelope) -> list[str]:
        return [f"SIZE={len(envelope.content)}"] if self._client.supports_extension("size") else []


async def connect(server: Server) -> Connection:
    """Connected, secured and logged in. Raises aiosmtplib's exceptions, CannotSecure, ssl.SSLError and OSError."""
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.tls,
        start_tls=False,  # done below, where a server without it can be told from other failures
        tls_context=trust(server.ca_file),
        local_hostname=server.helo,
        timeout=None,  # whoever sends keeps one deadline for all of it
    )
    try:
        await client.connect()
        await _prepare(client, server)
    except BaseException:
        client.close()
        raise
    return Connection(client)


async def _prepare(client: aiosmtplib.SMTP, server: Server) -> None:
    await client.ehlo()
    if server.starttls or (server.starttls is None and client.supports_extension("starttls")):
        if not client.supports_extension("starttls"):
            raise CannotSecure(f"{server.host} offers no STARTTLS. If that is meant, set `security: none`.")
        await client.starttls()
        await client.ehlo()
    if server.username is not None:
        await client.login(server.username, server.password or "")
