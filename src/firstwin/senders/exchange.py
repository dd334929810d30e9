"""A connection to a web server: one request and its answer at a time (HTTP/1.1, RFC 9112)."""

from __future__ import annotations

import asyncio
import select
from dataclasses import dataclass, field
from typing import Final, cast

import httptools

MOST_HEAD: Final = 64_000  # bytes of an answer before its body
MOST: Final = 256_000  # bytes of an answer in all, however its body is packed and whatever follows it
FINAL: Final = 200  # what comes before it only announces an answer (RFC 9110 §15.2)
SWITCHING: Final = 101  # and this one speaks no HTTP any more


class BrokenAnswerError(Exception):
    """What came is no answer of HTTP/1."""


class ConnectionLostError(Exception):
    """The connection ended after the request had begun and before an answer had: it may have arrived."""


@dataclass
class Came:
    """An answer as far as it has come. Names of ``headers`` are in lower case, and of several the first counts."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)


class Exchange(asyncio.Protocol):
    """Reads at most ``most`` bytes of a body, raw: 194 kB can inflate to 200 MB."""

    def __init__(self, most: int) -> None:
        self.idle_since = 0.0  # by the loop's clock; for whoever keeps it
        self._most = most
        self._answered: asyncio.Future[None] | None = None
        self._came = Came()
        self._read = 0  # bytes of this answer
        self._began = False  # its status and headers are there
        self._may_be_kept = False
        self._is_kept = False

    # ---- for whoever asks ----

    async def ask(self, request: bytes) -> Came:
        """The answer. Raises BrokenAnswerError or ConnectionLostError; to whoever did not wait, ``so_far`` tells what came."""
        self._came, self._began, self._may_be_kept, self._is_kept = Came(), False, False, False
        self._read = 0
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(  # as servers are; nobody else's answers come over this connection
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        await self._answered
        return self._came

    @property
    def so_far(self) -> Came | None:
        """What has come of an answer that has begun."""
        return self._came if self._began else None

    @property
    def is_kept(self) -> bool:
        """Whether another request may follow: the last one left whole, its answer came whole, and nothing after it."""
        return self._is_kept and not self._transport.is_closing()

    @property
    def is_quiet(self) -> bool:
        """Whether nothing lies unread in the system, not even an end, and nothing waits there to be written.

        The loop may have been too busy to see it, and a transport under encryption does not tell.
        """
        at = self._transport.get_extra_info("socket").fileno()
        looking = select.poll()
        looking.register(at, select.POLLIN | select.POLLOUT)
        return looking.poll(0) == [(at, select.POLLOUT)]

    @property
    def is_over(self) -> bool:
        return self._transport.is_closing()

    def end(self) -> None:
        self._transport.abort()

    # ---- for the event loop ----

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if not self._is_asked:
            self._is_kept = False
            self._transport.abort()
            return
        self._read += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._is_kept = False
            self._finish()
        except httptools.HttpParserError as error:
            self._is_kept = False
            self._finish(BrokenAnswerError(str(error)))
        if self._read > (MOST if self._began else MOST_HEAD):
            self._finish(BrokenAnswerError(f"What comes before its body is longer than {MOST_HEAD:,} bytes."))

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_kept = False
        self._finish(ConnectionLostError(str(exc or "") or "The other side closed the connection without an answer."))

    @property
    def _is_asked(self) -> bool:
        return self._answered is not None and not self._answered.done()

    def _finish(self, error: Exception | None = None) -> None:
        """Where an answer has begun it counts, however it ends: its status says what became of the request."""
        if self._answered is None or self._answered.done():
            return
        if error and not self._began:
            self._answered.set_exception(error)
        else:
            self._answered.set_result(None)

    # ---- for the parser ----

    def on_message_begin(self) -> None:
        if not self._is_asked:  # a second answer to one request
            self._is_kept = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._is_asked and not self._began:  # those that come after a body say nothing
            self._came.headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        if not self._is_asked:
            return
        self._came.status = self._parser.get_status_code()
        self._began = self._came.status >= FINAL or self._came.status == SWITCHING
        self._may_be_kept = self._parser.should_keep_alive()
        if not self._began:
            self._came.headers.clear()

    def on_body(self, data: bytes) -> None:
        if not self._is_asked:
            return
        self._came.body += data
        if len(self._came.body) >= self._most:
            self._finish()

    def on_message_complete(self) -> None:
        if self._is_asked and self._began:
            self._is_kept = self._may_be_kept and not self._transport.get_write_buffer_size()
            self._finish()
