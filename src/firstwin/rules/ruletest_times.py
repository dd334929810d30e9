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
LOOSE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[ T]+(\d{1,2}):(\d\d)", re.ASCII)


def _time(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    text = value.strip() if isinstance(value, str) else ""
    found = TIME.fullmatch(text)
    if found is None:
        loose = LOOSE.fullmatch(text)
        raise refusal(f"{shown(value)} is not a time.", f"Write `{_in_full(loose)}`; it is UTC." if loose else HOW)
    return _moment(found)


def _exact_time(value: object) -> datetime:
    found = TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is not None and found[2] is None:
        message = f"`{found[1]}` does not say at what time of that day."
        raise refusal(message, f"Write `{found[1]} 09:00`, for example; it is UTC.")
    return _time(value)


def _in_full(found: re.Match[str]) -> str:
    """With two digits each."""
    year, month, day, hour, minute = found.groups()
    return f"{year}-{int(month):02}-{int(day):02} {int(hour):02}:{minute}"


def _moment(found: re.Match[str]) -> datetime:
    try:
        moment = datetime.fromisoformat(found[0])
    except ValueError:
        raise refusal(f"`{found[0]}` is a time that no calendar has.", HOW) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


Day = Annotated[datetime, PlainValidator(_time), WithJsonSchema({"type": "string"})]  # or a time of a day
Time = Annotated[datetime, PlainValidator(_exact_time), WithJsonSchema({"type": "string"})]


def in_one_line(value: object) -> object:
    """The line as the longer form has it; anything else as it is."""
    if not isinstance(value, str):
        return value
    found = TIME.match(value)
    name = value[found.end() :].strip() if found else ""
    if found is None or not name or not value[found.end()].isspace() or CLOCK.match(name):
        raise _not_one_line(value)
    if found[2] is None:
        message = f"`{value}` does not say at what time of that day."
        raise refusal(message, f"Write `{found[1]} 09:00 {name}`, for example; it is UTC.")
    return {"at": _moment(found), "event": name}


def _not_one_line(value: str) -> Exception:
    message = f"{shown(value)} does not say what happened when."
    exact = TIME.match(value)
    loose = None if exact and exact[2] else LOOSE.match(value)
    name = value[loose.end() :].strip() if loose else ""
    if loose is None:
        return refusal(message, "Write the time and the event: `2026-03-27 09:00 signed_up`.")
    return refusal(
        f"`{loose[0]}` is not a time.", f"Write `{_in_full(loose)}{name and ' ' + name}`, with two digits each."
    )


def written(moment: datetime) -> str:
    """A moment as tests write it: to the minute, unless it has seconds."""
    return f"{moment:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
