"""An account or a person while messages are taken: what is said of it becomes changes of its properties.

Nearly every message is newer than all that was said before, so that the newest values are enough to tell what changes.
One that is older makes the subject `late`: then its whole past is needed, and only then read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from firstwin.facts.change import Change, same
from firstwin.facts.moments import is_date_only, is_zone, iso, named_moment
from firstwin.facts.past import CREATED, END_OF_TIME, ZONE, Past
from firstwin.facts.stays import Stays

Kind = Literal["account", "person"]
FIRST: Final = "firstwin.first"  # in `asserted`: when the subject was first heard of


@dataclass(slots=True)
class Subject:
    """``traits`` holds the newest values; ``asserted`` when each was last said, or told by a fact that followed from
    something else that was said. ``zone`` is the project's.
    """

    kind: Kind
    id: str
    traits: dict[str, Any]
    asserted: dict[str, int]
    zone: str
    past: Past | None = None
    first: int = END_OF_TIME
    is_changed: bool = False
    is_late: bool = False

    def begin(self, at: int) -> Sequence[Change]:
        """The subject was heard of. If nobody says when it was created, it was when it was first heard of."""
        if self.first <= at:
            return ()
        if self.first != END_OF_TIME and self.past is None:
            self.is_late = True
            return ()
        self._heard_first(at)
        if self.past is not None:
            return self._look_back(self.past, self.past.begin(at))
        if CREATED in self.asserted:
            return ()
        self.asserted[CREATED] = at
        created = self.traits[CREATED] = iso(at)
        return (Change(CREATED, at, created, at, inferred=True),)

    def say(self, at: int, traits: Mapping[str, Any]) -> list[Change]:
        """The properties that change by what is said at this moment."""
        self.is_changed = True
        if ZONE in traits:  # first: it tells when the dates are
            traits = {ZONE: traits[ZONE], **traits}
        if self.past is not None:
            return self._look_back(self.past, self.past.say(at, traits), *traits)
        if self._comes_late(at, traits):
            self.is_late = True
            return []
        changes: list[Change] = []
        for prop, value in traits.items():
            self.asserted[prop] = at
            if not same(self.traits.get(prop), value):
                changes += self._change(at, prop, value)
        return changes

    def absorb(self, other: Subject) -> list[Change]:
        """Two turn out to be one. Both must know their past."""
        if self.past is None or other.past is None:
            self.is_late = other.is_late = True
            return []
        self._heard_first(min(self.first, other.first))
        return self._look_back(self.past, self.past.absorb(other.past), *self.past.said)

    def _heard_first(self, at: int) -> None:
        self.is_changed = True
        self.first = self.asserted[FIRST] = at

    def _look_back(self, past: Past, changes: list[Change], *said: str) -> list[Change]:
        """The newest values are those of the past, where it has grown."""
        for prop in {*said, *(change.prop for change in changes)}:
            self._keep(prop, past.newest(prop))
            self.asserted[prop] = past.last(prop)
        return changes

    def _comes_late(self, at: int, traits: Mapping[str, Any]) -> bool:
        """Nothing does that is newer than whatever was said."""
        if not self.asserted or at >= max(self.asserted.values()):
            return False
        return any(self._says_late(at, prop, value) for prop, value in traits.items())

    def _says_late(self, at: int, prop: str, value: object) -> bool:
        """A date depends on the zone too, and a change of zone concerns every date."""
        asserted = self.asserted
        if prop == ZONE and not same(self.traits.get(ZONE), value):
            return any(at < last for last in asserted.values())
        return at < asserted.get(prop, at) or (at < asserted.get(ZONE, at) and is_date_only(value))

    def _change(self, at: int, prop: str, value: Any) -> Sequence[Change]:  # noqa: ANN401 - whatever JSON holds
        before = self._zone()
        self._keep(prop, value)
        change = Change(prop, at, value, named_moment(value, before))
        if prop != ZONE:
            return (change,)
        zone = self._zone()
        return (change,) if zone == before else (change, *self._rezoned(at, before, zone))

    def _rezoned(self, at: int, before: str, zone: str) -> list[Change]:
        """Dates without a time lie elsewhere in another zone."""
        changes = [
            Change(prop, at, value, named_moment(value, zone), inferred=self.asserted[prop] != at)
            for prop, value in sorted(self.traits.items())
            if is_date_only(value) and named_moment(value, zone) != named_moment(value, before)
        ]
        self.asserted.update({change.prop: at for change in changes})
        return changes

    def _keep(self, prop: str, value: Any) -> None:  # noqa: ANN401 - whatever JSON holds
        if value is None:
            self.traits.pop(prop, None)
        else:
            self.traits[prop] = value

    def _zone(self) -> str:
        zone = self.traits.get(ZONE)
        return self.zone if zone is None or not is_zone(zone) else zone


@dataclass(slots=True, kw_only=True)
class Person(Subject):
    """A person, and the accounts that the person is in."""

    stays: Stays

    def move(self) -> None:
        """Which account the person is in was told again."""
        self.is_changed = True
        self.asserted["account"] = self.stays.last
