"""Reads messages that were posted: what a file never needs, such as other clocks, missing ids and dates that can't be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import uuid4

import orjson

from firstwin.facts.moments import DAY, microseconds, read_time
from firstwin.facts.segment import LARGEST, LONGEST_ID, NUL, Message, Refused, read
from firstwin.facts.spoilt import Spoilt

EARLIEST: Final = microseconds(datetime(2000, 1, 1, tzinfo=UTC))
AHEAD: Final = DAY  # so far a clock may be wrong, or a time zone forgotten


class Unfit(NamedTuple):
    """A message that was refused: its place in the batch, from 0 on, its id if it has one, and why."""

    place: int
    message_id: str | None
    reason: str


class Posted(NamedTuple):
    messages: Sequence[Message]
    unfit: Sequence[Unfit]


def posted(documents: Iterable[tuple[int, object]], body: bytes, *, received_at: int, sent_at: object) -> Posted:
    """The messages of one request, each with its place in it. ``sent_at`` is what the sender's clock said.

    A message happened at receivedAt - (sentAt - timestamp), as the Segment spec has it ("Timestamps in the common fields").
    """
    skew = _skew(sent_at, received_at)
    may_be_large, may_hold_nul = len(body) > LARGEST, NUL in body
    messages: list[Message] = []
    unfit: list[Unfit] = []
    for index, document in documents:
        if isinstance(document, Spoilt):
            unfit.append(Unfit(index, _id(document.message_id), document.reason))
            continue
        if may_be_large and (size := _size(document)) > LARGEST:
            found: Message | Refused = Refused(f"it is longer than {LARGEST // 1024} kB: {size:,} bytes")
        else:
            found = _one(document, received_at, skew, may_hold_nul=may_hold_nul)
        if isinstance(found, Message):
            messages.append(found)
        else:
            unfit.append(Unfit(index, _id_of(document), found.reason))
    return Posted(messages, unfit)


def _size(document: object) -> int:
    try:
        return len(orjson.dumps(document))
    except orjson.JSONEncodeError:  # nested too deep: for that it will be refused
        return 0


def _skew(sent_at: object, received_at: int) -> int:
    """A clock that can't be read corrects nothing."""
    sent = read_time(sent_at) if type(sent_at) is str else None
    return 0 if sent is None else received_at - sent


def _one(document: Any, received_at: int, skew: int, *, may_hold_nul: bool) -> Message | Refused:  # noqa: ANN401 - whatever JSON holds
    if type(document) is dict and document.get("messageId", "") in ("", None):
        document = {**document, "messageId": _made_id(document)}
    found = read(document, received_at, skew=skew, may_hold_nul=may_hold_nul)
    if isinstance(found, Refused):
        return found
    if found.at < EARLIEST:
        return Refused("its timestamp lies before the year 2000")
    if found.at > received_at + AHEAD:
        return Refused("its timestamp lies more than a day ahead")
    return found


def _made_id(document: dict[str, Any]) -> str:
    """The same for the same message, if it says when it happened; else each counts."""
    if document.get("timestamp") is None:
        return str(uuid4())
    try:
        return sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()
    except orjson.JSONEncodeError:  # nested too deep: it will be refused
        return str(uuid4())


def _id_of(document: object) -> str | None:
    return _id(document.get("messageId")) if isinstance(document, dict) else None


def _id(found: object) -> str | None:
    return found[:LONGEST_ID] if isinstance(found, str) and "\0" not in found else None
