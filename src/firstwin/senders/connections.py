"""The connections to one web server: opened when they are needed, and kept for a while. Nothing is sent here."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress
from typing import Any, Final

import aiohappyeyeballs

from firstwin.senders.exchange import Exchange
from firstwin.senders.guard import ForbiddenError, Reach, guarded_socket

KEEP_ALIVE: Final = 4.0  # seconds: shorter than servers keep theirs, so that no request meets a closing connection
REMEMBERED: Final = 10.0  # seconds that a name's addresses are used: connections are opened by the dozen
NEXT_ADDRESS: Final = 0.25  # seconds after which another address is tried beside the first (RFC 8305 §5)


class NotConnectedError(Exception):
    """No connection came about, so nothing has left. ``reason`` is one word."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Connections:
    """Belongs to one event loop. ``tls`` where the server is spoken to under encryption; of a body ``most`` bytes are read."""

    def __init__(self, host: str, port: int, *, tls: ssl.SSLContext | None, reach: Reach, most: int) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._socket = guarded_socket(reach)
        self._most = most
        self._idle: list[Exchange] = []  # the one that was used last at the end
        self._sweeping: asyncio.TimerHandle | None = None
        self._addresses: asyncio.Task[list[Any]] | None = None
        self._asked_at = 0.0

    async def take(self, *, within: float) -> Exchange:
        """One that is free, or a new one in at most so many seconds. Raises NotConnectedError, and nothing else."""
        while self._idle:
            kept = self._idle.pop()
            if kept.is_kept and kept.is_quiet:
                return kept
            kept.end()
        return await self._connect(within)

    def give(self, exchange: Exchange) -> None:
        """Keeps it for the next request, or ends it where none may follow."""
        if not exchange.is_kept:
            exchange.end()
            return
        loop = asyncio.get_running_loop()
        exchange.idle_since = loop.time()
        self._idle.append(exchange)
        if self._sweeping is None:
            self._sweeping = loop.call_later(KEEP_ALIVE, self._sweep)

    def close(self) -> None:
        while self._idle:
            self._idle.pop().end()
        if self._sweeping:
            self._sweeping.cancel()
        if self._addresses:
            self._addresses.cancel()

    def _sweep(self) -> None:
        """Ends those that nobody needs any more: a server may have few to give."""
        loop = asyncio.get_running_loop()
        while self._idle and self._idle[0].idle_since <= loop.time() - KEEP_ALIVE:
            self._idle.pop(0).end()
        self._sweeping = None
        if self._idle:
            self._sweeping = loop.call_at(self._idle[0].idle_since + KEEP_ALIVE, self._sweep)

    async def _connect(self, within: float) -> Exchange:
        where = f"{self._host}:{self._port}"
        try:
            async with asyncio.timeout(within):
                return await self._connected()
        except TimeoutError as error:
            raise NotConnectedError("connect_timeout", f"{where}: no connection within {within:g} s") from error
        except socket.gaierror as error:
            raise NotConnectedError("dns", f"{where}: {error}") from error
        except ssl.SSLError as error:  # one of the certificate is one, too
            raise NotConnectedError("tls", f"{where}: {error}") from error
        except ForbiddenError as error:
            raise NotConnectedError("forbidden_address", f"{where}: {error}") from error
        except (OSError, UnicodeError) as error:  # the second: a name that can't be looked up
            raise NotConnectedError("no_connection", f"{where}: {error}") from error

    async def _connected(self) -> Exchange:
        addresses = await self._look_up()
        sock = await aiohappyeyeballs.start_connection(
            addresses, happy_eyeballs_delay=NEXT_ADDRESS, socket_factory=self._socket
        )
        _, exchange = await asyncio.get_running_loop().create_connection(
            lambda: Exchange(self._most),
            sock=sock,
            ssl=self._tls,
            server_hostname=self._host.rstrip(".") if self._tls else None,
        )
        if exchange.is_over:  # it spoke before it was asked
            raise ConnectionResetError("The other side ended the connection before it was asked anything.")
        return exchange

    async def _look_up(self) -> list[Any]:
        """Asked once for all who connect at the same time."""
        loop = asyncio.get_running_loop()
        if self._addresses is None or loop.time() - self._asked_at > REMEMBERED:
            self._asked_at = loop.time()
            self._addresses = loop.create_task(self._ask_for_addresses())
            self._addresses.add_done_callback(_is_known)  # by then, nobody may wait for it any more
        try:
            return await asyncio.shield(self._addresses)
        except (OSError, UnicodeError):
            self._addresses = None
            raise

    async def _ask_for_addresses(self) -> list[Any]:
        with suppress(socket.gaierror):  # an address needs no thread to be looked up in, nor to wait for one
            return socket.getaddrinfo(
                self._host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
            )
        return await asyncio.get_running_loop().getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)


def _is_known(looked_up: asyncio.Task[list[Any]]) -> None:
    """So that asyncio does not log that nobody asked how it went."""
    if not looked_up.cancelled():
        looked_up.exception()
