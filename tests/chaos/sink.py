"""A process that takes everything that Firstwin sends, and writes each request to a file before it answers.

    python -m tests.chaos.sink FILE

It prints its ports: HTTP, SMTP, and one more of SMTP for each phase of a mail. A POST to /manners says how it shall answer
from then on.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes
from functools import partial
from pathlib import Path
from typing import TextIO

import orjson
from aiohttp import web

from tests.chaos.answers import Manners, manners_of
from tests.chaos.records import Request
from tests.senders.serving import reset
from tests.senders.smtp_faults import GOOD as REPLIES
from tests.senders.smtp_faults import PHASES

GOOD = {**REPLIES, "BODY": ""}

MOST = 2_000_000  # bytes of a mail


class Sink:
    def __init__(self, file: TextIO) -> None:
        self.manners = Manners()
        self._file = file
        self._times: Counter[str] = Counter()

    def note(self, request: Request) -> None:
        """In the file before anything is answered; our own death is no part of any row, so the system's cache will do."""
        self._file.write(request.line())
        self._file.flush()

    # ---- HTTP ----

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        key, account, step = _named(request, body)
        answer = self.manners.answer(request.path, self._times[request.path + key])
        self._times[request.path + key] += 1
        self.note(Request(time.time(), request.path, key, account, step, answer.status))
        if answer.delay:
            await asyncio.sleep(answer.delay)
        return web.Response(status=answer.status, text=answer.body, headers=answer.headers)

    async def behave(self, request: web.Request) -> web.Response:
        self.manners = manners_of(orjson.loads(await request.read()))
        return web.Response()

    # ---- SMTP ----

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, at: str = "") -> None:
        """``at``: the phase that this port is there for."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._talk(reader, _Mouth(self, writer, at))
        writer.close()

    async def _talk(self, reader: asyncio.StreamReader, mouth: _Mouth) -> None:
        await mouth.say("GREETING")
        while line := (await reader.readline()).decode("latin-1").strip():
            command = line.split()[0].upper()
            await mouth.say(command)
            if command == "DATA" and mouth.word("DATA").startswith("3"):
                await self._mail(reader, mouth)

    async def _mail(self, reader: asyncio.StreamReader, mouth: _Mouth) -> None:
        first = await reader.readline()
        await mouth.say("BODY")
        mail = message_from_bytes(first + await reader.readuntil(b"\r\n.\r\n"))
        reply = mouth.word("DOT")
        status = int(reply[:3]) if reply[:3].isdigit() else 250  # who is cut off after the dot has it
        key = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        self.note(Request(time.time(), "smtp", key, str(mail["To"]), "", status))
        if self.manners.smtp_delay:
            await asyncio.sleep(self.manners.smtp_delay)
        await mouth.say("DOT")


@dataclass(frozen=True)
class _Mouth:
    """What is said on one connection."""

    sink: Sink
    writer: asyncio.StreamWriter
    at: str

    def word(self, phase: str) -> str:
        manners = self.sink.manners
        if manners.cuts and phase == self.at:
            return "reset"
        return manners.smtp.get(phase, GOOD.get(phase, "500 what?"))

    async def say(self, phase: str) -> None:
        word = self.word(phase)
        if word == "reset":
            reset(self.writer)
            raise ConnectionResetError
        if word:
            self.writer.write(word.encode() + b"\r\n")
            await self.writer.drain()


def _named(request: web.Request, body: bytes) -> tuple[str, str, str]:
    """Key, account and step. What has no key (an alert in a chat) is known by what it says."""
    told = orjson.loads(body)
    data = told.get("data", {})
    key = request.headers.get("Webhook-Id") or str(told.get("text", ""))
    return key, str(data.get("account", "")), str(data.get("step", ""))


async def serve(path: Path) -> None:
    with path.open("a") as file:
        sink = Sink(file)
        app = web.Application()
        app.router.add_post("/manners", sink.behave)
        app.router.add_route("*", "/{path:.*}", sink.take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        mail = [
            await asyncio.start_server(partial(sink.talk, at=phase), "127.0.0.1", 0, limit=MOST)
            for phase in ("", *PHASES)
        ]
        ports = [runner.addresses[0][1], *(server.sockets[0].getsockname()[1] for server in mail)]
        print(*ports, flush=True)  # noqa: T201 - read by who started it
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
