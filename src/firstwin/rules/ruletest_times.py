"""Times in rule tests, and what happens at one of them in a line: `2026-03-27 09:00 signed_up`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from firstwin.rules.word import refusal, shown

TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d)?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
HOW = "Write it like `2026-03-27 09:00`; it is UTC."
CLOCK = re.compile(r"\d{1,2}:\d\d")


def _time(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    found = TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise refusal(f"{shown(value)} is not a time.", HOW)
    return _moment(found)


def _moment(found: re.Match[str]) -> datetime:
    try:
        moment = datetime.fromisoformat(found[0])
    except ValueError:
        raise refusal(f"`{found[0]}` is a time that no calendar has.", HOW) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


Time = Annotated[datetime, PlainValidator(_time), WithJsonSchema({"type": "string"})]


def in_one_line(value: object) -> object:
    """The line as the longer form has it; anything else as it is."""
    if not isinstance(value, str):
        return value
    found = TIME.match(value)
    name = value[found.end() :].strip() if found else ""
    if found is None or not name or not value[found.end()].isspace() or CLOCK.match(name):
        message = f"{shown(value)} does not say what happened when."
        raise refusal(message, "Write the time and the event: `2026-03-27 09:00 signed_up`.")
    return {"at": _moment(found), "event": name}


def written(moment: datetime) -> str:
    """A moment as tests write it: to the minute, unless it has seconds."""
    return f"{moment:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
