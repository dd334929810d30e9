"""Reads one message of the Segment spec: what it says, or why it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import orjson

from firstwin.facts.moments import instant, iso, named_moment, read_time

LARGEST: Final = 32_768  # bytes, as Segment has it
DEEPEST: Final = 30
LONGEST_ID: Final = 255  # so that what is looked up by id and name fits in an index
LONGEST_TRAIT: Final = 200
MILLISECONDS_FROM: Final = 100_000_000_000  # a larger number can't be seconds: that would be the year 5138

NUL: Final = b"\\u0000"  # as JSON writes it
NESTS: Final = {dict, list}
KINDS: Final = frozenset({"track", "page", "screen", "identify", "group", "alias"})

OWN: Final = "firstwin."
OWN_NAMES: Final = "names that begin with firstwin. are Firstwin's own"

Kind = Literal["event", "identify", "group", "leave", "account", "alias"]


class Message(NamedTuple):
    """What one message says. A tuple because a million of them are made in a minute.

    ``name`` is an event's name, or the previous id of an alias; ``body`` holds an event's properties or a subject's
    traits; ``at`` is in microseconds since 1970. Of the kind ``account`` is a group call that names no person.
    """

    id: str
    kind: Kind
    person: str
    account: str | None
    at: int
    name: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Refused:
    """Why a message can't be taken, in words for whoever sent it."""

    reason: str


class _Unfit(Exception):  # noqa: N818 - never seen outside: it becomes a Refused
    """Carries the reason from where it is found."""


def parse(line: bytes, received_at: int | None) -> Message | Refused:
    """One message from its JSON. Where it has no time of its own, it happened when it was received, if that is known."""
    if len(line) > LARGEST:
        return Refused(f"it is longer than {LARGEST // 1024} kB")
    try:
        document = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Refused(f"it is not valid JSON: {error}")
    return read(document, received_at, may_hold_nul=NUL in line)


def read(document: object, received_at: int | None, *, skew: int = 0, may_hold_nul: bool) -> Message | Refused:
    """One message that was JSON; ``skew`` is what its sender's clock lags behind ours, in microseconds."""
    try:
        _refuse_unstorable(document, may_hold_nul=may_hold_nul)
        return _message(document, received_at, skew)
    except _Unfit as unfit:
        return Refused(str(unfit))


def _refuse_unstorable(document: object, *, may_hold_nul: bool) -> None:
    if type(document) in NESTS and _is_deeper(document, DEEPEST):
        raise _Unfit(f"it is nested deeper than {DEEPEST} levels")
    if may_hold_nul and _holds_nul(document):
        raise _Unfit("it holds the character NUL, which no database keeps")


def _is_deeper(part: Any, levels: int) -> bool:  # noqa: ANN401 - whatever JSON holds
    """Goes no deeper than so many levels itself: a message may be nested deeper than Python calls."""
    if levels == 0:
        return True
    for inner in part.values() if type(part) is dict else part:
        if type(inner) in NESTS and _is_deeper(inner, levels - 1):
            return True
    return False


def _holds_nul(part: object) -> bool:
    match part:
        case str():
            return "\0" in part
        case list():
            return any(_holds_nul(item) for item in part)
        case dict():
            return any("\0" in key or _holds_nul(value) for key, value in part.items())
        case _:
            return False


def _message(document: Any, received_at: int | None, skew: int) -> Message:  # noqa: ANN401 - whatever JSON holds
    if type(document) is not dict:
        raise _Unfit("it is not a JSON object")
    kind = document.get("type")
    if type(kind) is not str or kind not in KINDS:  # said first: of what is no message at all nothing else matters
        raise _Unfit(f"its type is {_shown(kind)}, not track, page, screen, identify, group or alias")
    message_id = _id(document, "messageId")
    if message_id is None:
        raise _Unfit("it has no messageId, so that it could not be told from a repetition")
    person = _id(document, "userId") or _id(document, "anonymousId") or ""
    if not person and kind != "group":
        raise _Unfit("it has neither userId nor anonymousId")
    at = _time(document, received_at, skew)
    account = _account(document)
    match kind:
        case "track" | "page" | "screen":
            return Message(message_id, "event", person, account, at, *_event(document, kind))
        case "identify":
            return Message(message_id, kind, person, account, at, "", _traits(_own_traits(document), "account"))
        case "group":
            return _group(document, message_id, person, at)
        case _:
            return Message(message_id, "alias", person, None, at, _previous(document), {})


def _id(document: dict[str, Any], key: str) -> str | None:
    """An id is a text; a number is taken as its digits."""
    found = document.get(key)
    if type(found) is str and 0 < len(found) <= LONGEST_ID:
        return found
    if found is None or found == "":
        return None
    if type(found) is int:
        return str(found)
    if type(found) is not str:
        raise _Unfit(f"its {key} is {_shown(found)}, not a text")
    if len(found) > LONGEST_ID:
        raise _Unfit(f"its {key} is longer than {LONGEST_ID} characters")
    return found


def _time(document: dict[str, Any], received_at: int | None, skew: int) -> int:
    said = document.get("timestamp")
    if said is None:
        if received_at is None:
            raise _Unfit("it has no timestamp, so that nobody knows when it happened")
        return received_at
    at = read_time(said) if type(said) is str else None
    if at is None:
        raise _Unfit(f"its timestamp is {_shown(said)}, not a time like 2026-03-27T10:00:00Z")
    if at + skew < 0:
        raise _Unfit("its timestamp lies before 1970")
    return at + skew


def _account(document: dict[str, Any]) -> str | None:
    context = document.get("context")
    return _id(context, "groupId") if type(context) is dict else None


def _event(document: dict[str, Any], kind: str) -> tuple[str, dict[str, Any]]:
    properties = _object(document, "properties")
    if kind == "track":
        name = _id(document, "event")
        if name is None:
            raise _Unfit("it has no event name")
        if name.startswith(OWN):
            raise _Unfit(OWN_NAMES)
        return name, properties
    named = {key: document[key] for key in ("name", "category") if document.get(key) is not None}
    return f"{kind}_viewed", named | properties


def _own_traits(document: dict[str, Any]) -> dict[str, Any]:
    """RudderStack's SDKs say what they know of a person in the context."""
    context = document.get("context")
    return context if "traits" not in document and type(context) is dict else document


def _group(document: dict[str, Any], message_id: str, person: str, at: int) -> Message:
    account = _id(document, "groupId")
    if account is None:
        raise _Unfit("it has no groupId")
    traits = _traits(document)
    if not person:
        return Message(message_id, "account", "", account, at, "", traits)
    kind: Kind = "leave" if traits.pop("left", None) is True else "group"
    return Message(message_id, kind, person, account, at, "", traits)


def _previous(document: dict[str, Any]) -> str:
    previous = _id(document, "previousId")
    if previous is None:
        raise _Unfit("it has no previousId")
    return previous


def _traits(document: dict[str, Any], *reserved: str) -> dict[str, Any]:
    traits = _object(document, "traits")
    for name in traits:
        if len(name) > LONGEST_TRAIT:
            raise _Unfit(f"the name of a trait is longer than {LONGEST_TRAIT} characters")
        if name.startswith(OWN):
            raise _Unfit(OWN_NAMES)
    for name in reserved:
        traits.pop(name, None)
    if "createdAt" in traits:
        traits.setdefault("created_at", traits.pop("createdAt"))
    if "created_at" in traits:
        _read_creation(traits)
    return traits


def _read_creation(traits: dict[str, Any]) -> None:
    """As a date, or in seconds or milliseconds since 1970. What can't be read is left out: the first message counts."""
    said = traits.pop("created_at")
    if type(said) in {int, float} and said >= 0:
        said = _from_number(said)
    if named_moment(said, "UTC") is not None:
        traits["created_at"] = said


def _from_number(said: float) -> str | None:
    seconds = said / 1000 if said >= MILLISECONDS_FROM else said
    try:
        instant(moment := round(seconds * 1_000_000))
    except OverflowError:
        return None
    return iso(moment)


def _object(document: dict[str, Any], key: str) -> dict[str, Any]:
    found = document.get(key)
    if found is None:
        return {}
    if type(found) is not dict:
        raise _Unfit(f"its {key} are {_shown(found)}, not an object")
    return found


def _shown(value: object) -> str:
    shown = "missing" if value is None else orjson.dumps(value).decode()
    return shown if len(shown) <= 40 else shown[:39] + "…"  # noqa: PLR2004 - enough to recognise it
