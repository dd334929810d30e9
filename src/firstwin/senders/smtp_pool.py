"""A few SMTP connections that are kept: a mail over a kept one costs no handshake and no login."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from aiosmtplib import SMTPException, SMTPResponse, SMTPResponseException, SMTPServerDisconnected

from firstwin.senders.mime import Envelope
from firstwin.senders.smtp_connection import Connection, Trip

CLOSING = 421  # RFC 5321 §3.8: the server ends the connection, whatever was asked
PARTING = 1.0  # seconds for a polite end


class Pool:
    """The connections of one event loop, at most ``size`` at a time."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]], size: int) -> None:
        self._connect = connect
        self._free = asyncio.Semaphore(size)
        self._kept: list[Connection] = []

    async def carry(self, envelope: Envelope, trip: Trip) -> SMTPResponse:
        """The server's answer to the whole mail. Raises what connecting and carrying raise."""
        async with self._free:
            while self._kept:
                try:
                    return await self._over(self._kept.pop(), envelope, trip)
                except (SMTPServerDisconnected, SMTPResponseException) as ended:
                    # a server may end an idle connection at any time: that says nothing about this mail
                    if trip.dotted or getattr(ended, "code", CLOSING) != CLOSING:
                        raise
            return await self._over(await self._connect(), envelope, trip)

    async def close(self) -> None:
        kept, self._kept[:] = list(self._kept), []
        await asyncio.gather(*map(_part, kept))

    async def _over(self, connection: Connection, envelope: Envelope, trip: Trip) -> SMTPResponse:
        """Over one connection, which is kept for the next mail unless something is wrong with it."""
        try:
            answer = await connection.carry(envelope, trip)
            self._keep(connection)
        except SMTPResponseException as refusal:
            if trip.dotted or refusal.code < 0:  # what was said is not SMTP: the next answer might belong to this mail
                raise
            with contextlib.suppress(SMTPException, OSError):
                await connection.forget()
                self._keep(connection)
            raise
        else:
            return answer
        finally:
            if connection not in self._kept:
                connection.abort()

    def _keep(self, connection: Connection) -> None:
        if connection.reusable:
            self._kept.append(connection)


async def _part(connection: Connection) -> None:
    with contextlib.suppress(SMTPException, OSError):
        async with asyncio.timeout(PARTING):
            await connection.quit()
    connection.abort()
