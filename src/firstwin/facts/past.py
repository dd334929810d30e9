"""The whole past of one subject's properties, for what arrives late.

A property has at each moment the value that was last said until then. Facts keep only the changes, so a late word may
need more facts than its own: said between two equal ones, it makes the second a change.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeVar

from firstwin.facts.change import Change, same
from firstwin.facts.moments import is_date_only, is_zone, iso, named_moment

CREATED: Final = "created_at"
ZONE: Final = "timezone"
END_OF_TIME: Final = 1 << 62
by_time = attrgetter("at")


class Said(NamedTuple):
    """Somebody said at this moment that the property has this value."""

    at: int
    value: Any


class Past:
    """What was said of a subject, and what its facts tell, both in the order of time. ``first``: when it was heard of."""

    def __init__(self, zone: str, first: int) -> None:
        self.zone = zone
        self.first = first
        self.said: dict[str, list[Said]] = {}
        self.told: dict[str, list[Change]] = {}

    def remember(self, change: Change) -> None:
        """A fact that is there already."""
        insort(self.told.setdefault(change.prop, []), change, key=by_time)
        if not change.inferred:
            self.remember_said(change.prop, change.at, change.value)

    def remember_said(self, prop: str, at: int, value: Any) -> None:  # noqa: ANN401 - whatever JSON holds
        """At equal moments the later word comes after the earlier one, and counts."""
        insort(self.said.setdefault(prop, []), Said(at, value), key=by_time)

    def begin(self, at: int) -> list[Change]:
        """Heard of for the first time, or earlier than was known."""
        self.first = at
        return self._settle(CREATED, at, END_OF_TIME)

    def say(self, at: int, traits: Mapping[str, Any]) -> list[Change]:
        changes = []
        for prop, value in traits.items():
            self.remember_said(prop, at, value)
            changes += self._settle(prop, at, self._next_said(prop, at))
            if prop == ZONE:
                changes += self._rezone(at)
        return changes

    def absorb(self, other: Past) -> list[Change]:
        """Two turn out to be one."""
        self.first = min(self.first, other.first)
        for change in (change for told in other.told.values() for change in told):
            insort(self.told.setdefault(change.prop, []), change, key=by_time)
        for prop, said in other.said.items():
            for at, value in said:
                self.remember_said(prop, at, value)
        return [change for prop in {*self.said, CREATED} for change in self._settle(prop, 0, END_OF_TIME)]

    def newest(self, prop: str) -> Any:  # noqa: ANN401 - whatever JSON holds
        return self._value(prop, END_OF_TIME)

    def last(self, prop: str) -> int:
        """When something was last said or told about it."""
        return max(item.at for items in (self.said.get(prop, ()), self.told.get(prop, ())) for item in items[-1:])

    def _settle(self, prop: str, start: int, end: int) -> list[Change]:
        """The facts that are missing so that in [start, end] they tell what was said."""
        changes = []
        spoken = {said.at for said in self.said.get(prop, ())}
        for at in self._turns(prop, start, end, spoken):
            wanted = Change(prop, at, *self._meant(prop, at), at not in spoken)
            if not _tells_the_same(wanted, self._effective(prop, at)):
                insort(self.told.setdefault(prop, []), wanted, key=by_time)
                changes.append(wanted)
        return changes

    def _turns(self, prop: str, start: int, end: int, spoken: set[int]) -> list[int]:
        """When what is meant, or what facts tell, may change."""
        turns = {start, *spoken, *(change.at for change in self.told.get(prop, ()))}
        if any(is_date_only(said.value) for said in self.said.get(prop, ())):
            turns.update(said.at for said in self.said.get(ZONE, ()))
        return sorted(at for at in turns if start <= at <= end)

    def _meant(self, prop: str, at: int) -> tuple[Any, int | None]:
        value = self._value(prop, at)
        return value, named_moment(value, self._zone(at))

    def _value(self, prop: str, at: int) -> Any:  # noqa: ANN401 - whatever JSON holds
        said = _last(self.said.get(prop, ()), at)
        if said is not None:
            return said.value
        return iso(self.first) if prop == CREATED and self.first <= at and self.first != END_OF_TIME else None

    def _zone(self, at: int) -> str:
        zone = self._value(ZONE, at)
        return zone if is_zone(zone) else self.zone

    def _effective(self, prop: str, at: int) -> Change:
        return _last(self.told.get(prop, ()), at) or Change(prop, at, None, None)

    def _next_said(self, prop: str, at: int) -> int:
        said = self.said[prop]
        place = bisect_right(said, at, key=by_time)
        return said[place].at if place < len(said) else END_OF_TIME

    def _rezone(self, at: int) -> list[Change]:
        """Dates without a time lie elsewhere in another zone."""
        end = self._next_said(ZONE, at)
        return [change for prop in sorted(self.said) if prop != ZONE for change in self._settle(prop, at, end)]


Timed = TypeVar("Timed", Said, Change)


def _last(items: Sequence[Timed], at: int) -> Timed | None:
    place = bisect_right(items, at, key=by_time)
    return items[place - 1] if place else None


def _tells_the_same(one: Change, other: Change) -> bool:
    return one.value_at == other.value_at and same(one.value, other.value)
