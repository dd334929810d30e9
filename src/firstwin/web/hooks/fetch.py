"""Gets one small file from the public network: no redirect is followed, and the whole of it has one deadline."""

from __future__ import annotations

from firstwin.senders.guard import ONLY_PUBLIC, Reach
from firstwin.senders.http import Http
from firstwin.senders.status import Reply

DEADLINE_S = 5


async def fetch(url: str, *, reach: Reach = ONLY_PUBLIC) -> bytes | None:
    """None for anything but a good answer."""
    http = Http(url, deadline=DEADLINE_S, reach=reach, redact=lambda _: "")
    try:
        reply = await http.get()
    finally:
        await http.close()
    return reply.body.encode() if isinstance(reply, Reply) and reply.status == 200 else None  # noqa: PLR2004
