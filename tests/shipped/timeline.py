"""A small vocabulary of timelines: what an account does, day by day, as the messages that its product would send."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import orjson

DAY_0 = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday, at midnight, so that "day 0 23:00" is 23 hours later, too
PEOPLE = {"ada": "Ada Byron", "cleo": "Cleo Adams"}  # Ada does things; Cleo is the account's contact
Traits = Mapping[str, Any]


def moment(said: str) -> datetime:
    """`day 3` is its midnight; `day 3 15:30` a time of that day; days before the beginning are negative."""
    found = re.fullmatch(r"day (-?\d+)(?: (\d\d):(\d\d))?", said)
    if found is None:
        raise ValueError(said)
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return DAY_0 + timedelta(days=days, hours=hours, minutes=minutes)


def said(at: datetime) -> str:
    """The opposite of ``moment``."""
    past = at - DAY_0
    return f"day {past.days}" + (f" {at:%H:%M}" if past.seconds else "")


@dataclass(frozen=True)
class Deed:
    """Something that somebody did at a moment, and what the product told about it."""

    at: str
    by: str = "ada"
    told: Traits = field(default_factory=dict)


def on(at: str, by: str = "ada", **told: object) -> Deed:
    """A moment with more to tell: who did it, and the event's own properties."""
    return Deed(at, by, told)


When = str | Deed | tuple[str | Deed, ...]


@dataclass(frozen=True)
class Story:
    """What happened to one account (or to one shopper), and what is expected to come of it."""

    deeds: tuple[tuple[str, Deed], ...]
    account: Traits
    later: Mapping[str, Traits]
    addresses: bool
    expected: tuple[str, ...] = ()

    def brings(self, *expected: str) -> Story:
        return replace(self, expected=expected)

    def messages(self, name: str, about: Literal["account", "person"]) -> Iterator[bytes]:
        """As lines of JSON, of the Segment spec. ``name`` is the account's; a shopper has none."""
        made = list(self._shopper(name) if about == "person" else self._account(name))
        made += [(deed.at, self._track(name, event, deed, about)) for event, deed in self.deeds]
        for number, (at, message) in enumerate(made):
            whole = {"messageId": f"{name}-{number}", "timestamp": moment(at).isoformat(), **message}
            yield orjson.dumps(whole)

    def _account(self, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        born = self._born()
        own = {"name": name.replace("_", " ").title(), "contact": f"cleo-{name}", **self.account}
        for id_, full in PEOPLE.items():
            person = {"userId": f"{id_}-{name}"}
            email = {"email": address(id_, name)} if self.addresses else {}
            yield born, {**person, "type": "identify", "traits": {"name": full, **email}}
            yield born, {**person, "type": "group", "groupId": name, "traits": own}
        for at, traits in self.later.items():
            yield at, {"userId": f"ada-{name}", "type": "group", "groupId": name, "traits": traits}

    def _shopper(self, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        email = {"email": address("ada", name)} if self.addresses else {}
        yield self._born(), {"userId": name, "type": "identify", "traits": {"name": PEOPLE["ada"], **email}}

    def _born(self) -> str:
        return min((deed.at for _, deed in self.deeds), key=moment)

    def _track(self, name: str, event: str, deed: Deed, about: str) -> dict[str, Any]:
        track = {"type": "track", "event": event, "properties": dict(deed.told)}
        if about == "person":
            return {**track, "userId": name}
        return {**track, "userId": f"{deed.by}-{name}", "context": {"groupId": name}}


def story(
    shop: Mapping[str, When] | None = None, /, *, account: Traits | None = None, later: Mapping[str, Traits] | None = None,
    addresses: bool = True, **product: When,
) -> Story:  # fmt: skip
    """When each event happened; those whose names hold a space stand in a mapping.

    ``account`` holds its properties from the beginning, ``later`` those that change, by moment. Without ``addresses``
    nobody in it can be written to.
    """
    deeds = [(event, deed) for event, when in {**(shop or {}), **product}.items() for deed in _deeds(when)]
    return Story(tuple(deeds), account or {}, later or {}, addresses)


def _deeds(when: When) -> Iterator[Deed]:
    for one in when if isinstance(when, tuple) else (when,):
        yield one if isinstance(one, Deed) else Deed(one)


def address(person: str, account: str) -> str:
    return f"{person}@{account.replace('_', '-')}.example"
