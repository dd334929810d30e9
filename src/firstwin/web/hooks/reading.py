"""Reads what providers send without trusting its shape: whatever is not as expected counts as not there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import orjson

from firstwin.senders.address import mailbox

MOST_ID = 200  # characters
MOST_CODE = 60
MOST_ADDRESS = 320
FOUND = re.compile(r"[^\s@<>]+@[^\s@<>]+")
NOT_PLAIN = re.compile(r"[^\x20-\x7e]")
EMPTY: Mapping[str, object] = {}


def read_json(text: bytes | str) -> object:
    """None for what is no JSON, and for JSON that is nested too deeply."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def part(data: object, *path: str) -> Mapping[str, object]:
    """What stands there, if it is an object."""
    found = _at(data, path)
    return found if isinstance(found, Mapping) else EMPTY


def parts(data: object, *path: str) -> tuple[Mapping[str, object], ...]:
    """The objects of the list that stands there."""
    found = _at(data, path)
    return tuple(each for each in found if isinstance(each, Mapping)) if isinstance(found, list) else ()


def text(data: object, *path: str) -> str:
    found = _at(data, path)
    return found if isinstance(found, str) else ""


def texts(data: object, *path: str) -> tuple[str, ...]:
    """The text that stands there, or the texts of the list."""
    found = _at(data, path)
    several = found if isinstance(found, list) else [found]
    return tuple(each for each in several if isinstance(each, str))


def _at(data: object, path: tuple[str, ...]) -> object:
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def address(written: str) -> str:
    """As a mail server takes it; empty for anything that Firstwin could not have sent a mail to."""
    found = mailbox(written.strip()) if len(written) <= MOST_ADDRESS else None
    return found.address if found else ""


def identity(*pieces: object) -> str:
    """One id of several pieces: as it stands where that is short and plain, else what it hashes to."""
    joined = "/".join(str(piece) for piece in pieces)
    if len(joined) <= MOST_ID and not NOT_PLAIN.search(joined):
        return joined
    return hashlib.sha256(joined.encode(errors="surrogatepass")).hexdigest()


def digest(told: bytes | Mapping[str, object]) -> str:
    """An id for what came without one: the same whenever the same is told again."""
    if not isinstance(told, bytes):
        plain = {name: value for name, value in told.items() if isinstance(value, str | int | float)}
        told = orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(told).hexdigest()


def names(*written: str) -> tuple[str, ...]:
    """Names of a message: only such as can be one."""
    return tuple(name for name in written if name and len(name) <= MOST_ID and not NOT_PLAIN.search(name))


def detail(*codes: object) -> str:
    """Codes that say what happened, in one short line without an address."""
    plain = (str(code)[:MOST_CODE] for code in codes if isinstance(code, str | int) and code != "")
    return ", ".join(NOT_PLAIN.sub(" ", FOUND.sub("(address)", code)) for code in plain)


def moment(written: object) -> datetime | None:
    """From ISO 8601 with its zone, or from seconds since 1970; None for anything else."""
    try:
        if isinstance(written, str):
            at = datetime.fromisoformat(written)
            return at.astimezone(UTC) if at.tzinfo else None
        if isinstance(written, int | float) and not isinstance(written, bool):
            return datetime.fromtimestamp(written, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def seconds(written: object) -> datetime | None:
    """From seconds since 1970 in digits, as signatures carry them."""
    plain = str(written) if isinstance(written, str | int) and not isinstance(written, bool) else ""
    return moment(int(plain)) if re.fullmatch(r"[0-9]{1,12}", plain) else None
