"""Whom the steps of a long stretch are about: read at its end, where nothing was told about them since their slot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from firstwin.db.types import EPOCH
from firstwin.decide.value import Policy, Subject
from firstwin.match.plan import Asked
from firstwin.match.value import Match, Start
from firstwin.rules.terms import Step
from firstwin.tick.environment import Environment
from firstwin.tick.policy import with_addresses
from firstwin.tick.subjects import Reader, addresses_in_data, writes_to_data

BATCH: Final = 20_000


class Due(NamedTuple):
    """A step that is due, and the slot at which it is decided."""

    start: Start
    step: Step
    now: datetime


@dataclass(frozen=True)
class Known:
    """Reads subjects as the worker does, but many slots at once. ``end`` is the end of the stretch."""

    connection: Connection
    env: Environment
    asked: Asked
    end: datetime
    _at_end: dict[str, Subject] = field(default_factory=dict)
    _since: dict[str, datetime] = field(default_factory=dict)  # when each began to look as it does at the end

    def of(self, due: Sequence[Due], policy: Policy) -> Iterator[tuple[Due, Subject, Policy]]:
        """Each with its subject at its slot, and the policy with the addresses that it may write to."""
        found = self._subjects(due)
        if not writes_to_data(self.asked.rule):
            yield from ((one, subject, policy) for one, subject in found)
            return
        for first in range(0, len(found), BATCH):
            batch = found[first : first + BATCH]
            with_theirs = self._with_addresses(batch, policy)
            yield from ((one, subject, with_theirs) for one, subject in batch)

    def read(self, ids: Iterable[str]) -> None:
        """How those who are not known yet look at the end of the stretch."""
        self._at_end.update(self._read(sorted(set(ids) - self._at_end.keys()), self.end, self._since))

    def _subjects(self, due: Sequence[Due]) -> list[tuple[Due, Subject]]:
        self.read(one.start.subject for one in due)
        found: list[tuple[Due, Subject]] = []
        earlier: dict[datetime, list[Due]] = defaultdict(list)
        for one in due:
            subject = one.start.subject
            if self._since.get(subject, EPOCH) <= one.now:
                found.append((one, self._at_end[subject]))
            else:
                earlier[one.now].append(one)
        for now, group in earlier.items():
            then = self._read(sorted({one.start.subject for one in group}), now, None)
            found += [(one, then[one.start.subject]) for one in group]
        return found

    def _read(self, ids: Sequence[str], now: datetime, latest: dict[str, datetime] | None) -> dict[str, Subject]:
        reader = Reader(self.connection, self.env, self.asked, now, latest)
        found: dict[str, Subject] = {}
        for first in range(0, len(ids), BATCH):
            found |= reader.read(ids[first : first + BATCH])
        return found

    def _with_addresses(self, batch: Sequence[tuple[Due, Subject]], policy: Policy) -> Policy:
        rule = self.asked.rule
        matches = [(Match(rule, one.step, one.start, one.now), True) for one, _ in batch]
        addresses = addresses_in_data(rule, matches, {one.start.id: subject for one, subject in batch})
        return with_addresses(self.connection, self.env, policy, addresses)
