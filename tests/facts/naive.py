"""What messages mean, worked out the long way from all of them at once; shares no code with the program."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

Body = dict[str, Any]


@dataclass(frozen=True)
class World:
    """All messages there ever were, in whatever order they came; each at a time of its own."""

    messages: tuple[Body, ...]

    def properties(self, kind: str, subject: str, at: datetime) -> Body:
        heard = [m for m in self._until(at) if self._concerns(m, kind, subject)]
        found: Body = {"created_at": heard[0]["timestamp"].replace("+00:00", "Z")} if heard else {}
        said_about = "identify" if kind == "person" else "group"
        for message in heard:
            if message["type"] == said_about:
                found |= message["traits"]
        if kind == "person":
            found["account"] = self._account(heard)
        return {name: value for name, value in found.items() if value is not None}

    def moment(self, kind: str, subject: str, name: str, at: datetime) -> datetime | None:
        """The moment that a date property names."""
        known = self.properties(kind, subject, at)
        value = str(known.get(name, ""))
        if not value.startswith("20"):
            return None
        zone = known.get("timezone")
        if len(value) > 10:
            return datetime.fromisoformat(value).astimezone(UTC)
        tz = ZoneInfo(zone if zone in available_timezones() else "UTC")
        return datetime.fromisoformat(value).replace(tzinfo=tz).astimezone(UTC)

    def events(self) -> set[tuple[str, str | None, str]]:
        """(message, account, person): an event that names no account belongs to the person's only one."""
        return {
            (m["messageId"], _named(m) or self._account([n for n in self.messages if self._who(n) == self._who(m)]), self._who(m))
            for m in self.messages
            if m["type"] == "track"
        }  # fmt: skip

    def _until(self, at: datetime) -> list[Body]:
        """In the order of time."""
        known = [m for m in self.messages if datetime.fromisoformat(m["timestamp"]) <= at]
        return sorted(known, key=lambda m: str(m["timestamp"]))

    def _concerns(self, message: Body, kind: str, subject: str) -> bool:
        return (self._who(message) if kind == "person" else _named(message)) == subject

    def _who(self, message: Body) -> str:
        """An alias holds for all time, whenever it was said."""
        also = {m["previousId"]: m["userId"] for m in self.messages if m["type"] == "alias"}
        return str(also.get(message["userId"], message["userId"]))

    def _account(self, heard: Iterable[Body]) -> str | None:
        """The one joined last; joined is when it was first named."""
        joined = dict.fromkeys(_named(m) for m in heard if _named(m))
        return list(joined)[-1] if joined else None


def _named(message: Body) -> str | None:
    found: str | None = message.get("groupId") or message.get("context", {}).get("groupId")
    return found
