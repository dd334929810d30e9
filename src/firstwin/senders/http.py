"""The one place where HTTP goes out: one address, one deadline, nothing followed, nothing inflated, nothing logged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from firstwin.senders.connections import Connections, NotConnectedError
from firstwin.senders.contract import Refused, Retry, Unknown
from firstwin.senders.exchange import BrokenAnswerError, Came, ConnectionLostError, Exchange
from firstwin.senders.guard import Reach
from firstwin.senders.loops import PerLoop
from firstwin.senders.request import InvalidAddressError, Place, written
from firstwin.senders.status import Reply, judge_failure
from firstwin.senders.tls import trust

MOST_READ = 20_000  # bytes of an answer


class Http:
    """Speaks to one address. ``deadline`` is in seconds, for all of it: name, connection, request and answer."""

    def __init__(
        self,
        url: str,
        *,
        deadline: float,
        reach: Reach,
        redact: Callable[[str], str],
        ca_file: Path | None = None,
    ) -> None:
        self._url = url
        self._deadline = deadline
        self._reach = reach
        self._redact = redact
        self._ca_file = ca_file
        self._connections = PerLoop(self._open)

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Reply | Retry | Refused | Unknown:
        """The answer, or what the lack of one means. Raises nothing for what the network does."""
        return await self.ask("POST", self._url, headers, body)

    async def get(self) -> Reply | Retry | Refused | Unknown:
        """The same, of what is to be read there."""
        return await self.ask("GET", self._url, {}, b"")

    async def ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Reply | Retry | Refused | Unknown:
        """The same, of any address of the same server. Raises ValueError for headers that hold a line break."""
        try:
            place = self._place if url == self._url else Place.of(url)
            came = await self._answer(written(method, place, headers, body))
        except (InvalidAddressError, NotConnectedError, BrokenAnswerError, ConnectionLostError) as failure:
            return judge_failure(failure, redact=self._redact)
        except TimeoutError:  # connecting has the first half of the time, so this is the other side's silence
            return Unknown("no_answer", detail=f"No answer came within {self._deadline:g} s.")
        return Reply(came.status, came.headers, came.body[:MOST_READ].decode(errors="replace"))

    async def _answer(self, request: bytes) -> Came:
        """As much of it as has come by the deadline. TimeoutError if it has not begun by then."""
        exchange: Exchange | None = None
        connections = self._connections.here()
        try:
            async with asyncio.timeout(self._deadline):
                exchange = await connections.take(within=self._deadline / 2)
                return await exchange.ask(request)
        except TimeoutError:
            if exchange is None:  # this process was held up for longer than connecting may take
                raise NotConnectedError("connect_timeout", f"no connection within {self._deadline:g} s") from None
            if exchange.so_far is None:
                raise
            return exchange.so_far
        finally:
            if exchange:
                connections.give(exchange)

    async def close(self) -> None:
        """Close what the running event loop has opened."""
        if connections := self._connections.leave():
            connections.close()

    @cached_property
    def _place(self) -> Place:
        return Place.of(self._url)

    def _open(self) -> Connections:
        tls = trust(self._ca_file) if self._place.is_encrypted else None
        return Connections(self._place.host, self._place.port, tls=tls, reach=self._reach, most=MOST_READ)
