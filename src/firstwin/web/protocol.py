"""HTTP as uvicorn reads it, but for whoever never comes to the end of a request's head."""

from __future__ import annotations

from asyncio import TimerHandle, Transport
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_WITHIN_S: Final = 10.0
LARGEST_HEAD: Final = 65_536  # bytes, and what came along with its beginning


class Protocol(HttpToolsProtocol):
    """uvicorn has no limit of its own here: who sends a head without end would fill the memory, or all connections."""

    head_within_s = HEAD_WITHIN_S

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **kwargs)
        self._heads = 0  # begun
        self._bytes = 0  # of the newest
        self._patience: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        begun = self._heads
        super().data_received(data)
        if self._patience is None or begun != self._heads:
            return
        self._bytes += len(data)
        if self._bytes > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._heads += 1
        self._wait_for_head()

    def on_headers_complete(self) -> None:
        self._have_head()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._have_head()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        self._have_head()
        self._bytes = 0
        self._patience = self.loop.call_later(self.head_within_s, self.transport.close)

    def _have_head(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
