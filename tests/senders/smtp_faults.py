"""What an SMTP server may do to a mail at each phase, good and bad."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.senders.serving import for_ever, reset

# The phases of a mail in their order. GREETING comes before a command, BODY while the text is read, DOT after its end.
PHASES = ("GREETING", "EHLO", "MAIL", "RCPT", "DATA", "BODY", "DOT")
GOOD = {
    "GREETING": "220 here",
    "EHLO": "250 here",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go ahead",
    "DOT": "250 taken",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}
FREEZE, RESET, CLOSE = "freeze", "reset", "close"


@dataclass
class Talking:
    """Answers each phase as told, or freezes, resets or closes there, and keeps the mails that it took."""

    replies: Mapping[str, str] = field(default_factory=dict)
    good_mails: int = 0  # so many are taken before the replies count
    mails: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await self._answer("GREETING", writer)
        while line := (await reader.readline()).decode().strip():
            self.commands.append(line)
            command = line.split()[0].upper()
            await self._answer(command, writer)
            if command == "DATA" and self._reply("DATA").startswith("3"):
                await self._take(reader, writer)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._reply("BODY"):
            await reader.readline()
            await self._answer("BODY", writer)
        content = await reader.readuntil(b"\r\n.\r\n")
        await self._answer("DOT", writer)
        self.mails.append(content.removesuffix(b".\r\n"))

    def _reply(self, phase: str) -> str:
        replies = self.replies if len(self.mails) >= self.good_mails else {}
        return replies.get(phase, GOOD.get(phase, "")) if phase != "BODY" else replies.get(phase, "")

    async def _answer(self, phase: str, writer: asyncio.StreamWriter) -> None:
        match self._reply(phase):
            case "freeze":
                await for_ever()
            case "reset":
                reset(writer)
                raise ConnectionResetError
            case "close":
                writer.close()
                raise ConnectionResetError
            case reply:
                writer.write(reply.encode() + b"\r\n" if reply else b"")
                await writer.drain()
