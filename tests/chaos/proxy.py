"""A TCP proxy that goes wrong as it is told: it delays, freezes, resets, refuses, or cuts at a word or a byte."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.senders.serving import reset

CHUNK = 65_536


@dataclass
class Faults:
    """``delay``: seconds each piece takes on its way. ``frozen``: nothing goes through, nothing is closed.

    ``refuses``: new connections are reset. ``reset_after``: so many bytes of the answer go through. ``cut_at``: whoever sends
    this is cut off as soon as it has gone through, ``cuts`` more times.
    """

    delay: float = 0.0
    frozen: bool = False
    refuses: bool = False
    reset_after: int | None = None
    cut_at: bytes = b""
    cuts: int = 0


class Proxy:
    """``target``: a port of this machine, or the path of a socket. Runs in a thread of its own."""

    def __init__(self, target: int | Path) -> None:
        self.faults = Faults()
        self.done: list[str] = []  # what it did to connections, in order
        self.port = 0
        self._target = target
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._connected, "127.0.0.1", 0, backlog=256))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """Resets every connection that there is."""
        self._call(self._cut())

    # ---- in the proxy's own thread ----

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _cut(self) -> None:
        for writer in list(self._open):
            self._reset(writer, "cut")

    async def _close(self) -> None:
        self._server.close()
        await self._cut()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.faults.refuses:
            self._reset(writer, "refused")
            return
        try:
            far_reader, far_writer = await self._reach()
        except OSError:
            self._reset(writer, "unreachable")
            return
        self._open |= {writer, far_writer}
        seen = _Seen()
        try:
            with contextlib.suppress(asyncio.CancelledError):  # the streams would log it
                await asyncio.gather(
                    self._pump(reader, far_writer, lambda piece: self._asked(seen, piece, writer, far_writer)),
                    self._pump(far_reader, writer, lambda piece: self._answered(seen, piece, writer, far_writer)),
                )
        finally:
            for each in (writer, far_writer):
                self._open.discard(each)
                each.close()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._target, int):
            return await asyncio.open_connection("127.0.0.1", self._target)
        return await asyncio.open_unix_connection(str(self._target))

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, look: Callable[[bytes], bool]
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(CHUNK):
                while self.faults.frozen:  # noqa: ASYNC110 - set by another thread
                    await asyncio.sleep(0.01)
                if self.faults.delay:
                    await asyncio.sleep(self.faults.delay)
                writer.write(piece)
                await writer.drain()
                if look(piece):
                    return
            writer.close()

    def _asked(self, seen: _Seen, piece: bytes, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> bool:
        """Once the word has gone on its way, its answer never comes. The far side gets an end after it, and no reset."""
        if not (self.faults.cuts and self.faults.cut_at and self.faults.cut_at in seen.tail + piece):
            seen.tail = piece[-64:]
            return False
        self.faults.cuts -= 1
        self._reset(near, "cut at the word")
        far.write_eof()
        return True

    def _answered(self, seen: _Seen, piece: bytes, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> bool:
        seen.answered += len(piece)
        if self.faults.reset_after is None or seen.answered < self.faults.reset_after:
            return False
        self._reset(near, "reset after bytes")
        self._reset(far, "")
        return True

    def _reset(self, writer: asyncio.StreamWriter, why: str) -> None:
        if not writer.is_closing():
            with contextlib.suppress(OSError):
                reset(writer)
            if why:
                self.done.append(why)


@dataclass
class _Seen:
    """What went through one connection: the end of what was asked, and how many bytes were answered."""

    tail: bytes = b""
    answered: int = 0
