"""The one place where HTTP goes out: one address, one deadline, nothing followed, nothing inflated, nothing logged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

import aiohttp

from firstwin.senders.contract import Refused, Retry, Unknown
from firstwin.senders.guard import Reach, guarded_socket
from firstwin.senders.loops import PerLoop
from firstwin.senders.status import Reply, judge_failure
from firstwin.senders.tls import trust

MOST_READ = 20_000  # bytes of an answer
KEEP_ALIVE = 4  # seconds: shorter than servers keep theirs, so that no request meets a closing connection
FIXED_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": f"firstwin/{version('firstwin')}"}


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
        self._timeout = aiohttp.ClientTimeout(connect=deadline / 2, sock_connect=deadline / 2)
        self._sessions = PerLoop(self._open)

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Reply | Retry | Refused | Unknown:
        """The answer, or what the lack of one means. Raises nothing for what the network does."""
        return await self.ask("POST", self._url, headers, body)

    async def get(self) -> Reply | Retry | Refused | Unknown:
        """The same, of what is to be read there."""
        return await self.ask("GET", self._url, {}, b"")

    async def ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Reply | Retry | Refused | Unknown:
        """The same, of any address of the same server."""
        came = bytearray()
        response: aiohttp.ClientResponse | None = None
        try:
            async with asyncio.timeout(self._deadline):
                response = await self._sent(method, url, {**FIXED_HEADERS, **headers}, body)
                await _read(response, came)
        except aiohttp.ClientError as failure:  # before the next: a connection that takes too long is both
            if response is None:
                return judge_failure(failure, redact=self._redact)
        except TimeoutError:  # connecting has the first half of the time, so this is the other side's silence
            if response is None:
                return Unknown("no_answer", detail=f"No answer came within {self._deadline:g} s.")
        return Reply(response.status, response.headers, came[:MOST_READ].decode(errors="replace"))

    async def _sent(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> aiohttp.ClientResponse:
        """What begins to answer; its body is still to come."""
        return await self._sessions.here().request(
            method,
            url,
            headers=headers,
            data=body or None,
            allow_redirects=False,
            auto_decompress=False,
            timeout=self._timeout,
        )

    async def close(self) -> None:
        """Close what the running event loop has opened."""
        if session := self._sessions.leave():
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            ssl=trust(self._ca_file),
            limit=0,  # delivery bounds the requests on the wire
            keepalive_timeout=KEEP_ALIVE,
            socket_factory=guarded_socket(self._reach),
        )
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)


async def _read(response: aiohttp.ClientResponse, into: bytearray) -> None:
    """Adds what comes of the body, until there is enough. It is read raw: 194 kB can inflate to 200 MB."""
    async with response:
        async for chunk in response.content.iter_any():
            into += chunk
            if len(into) >= MOST_READ:
                break
