"""The accounts that one person is in, from when to when, and which account the person's events belong to."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

by_time, by_since = attrgetter("at"), attrgetter("since")


@dataclass(slots=True)
class Stay:
    """Membership in [since, until). One of no length says that the person was not in the account at that moment."""

    account: str
    since: int
    until: int | None = None

    def covers(self, at: int) -> bool:
        return self.since <= at and (self.until is None or at < self.until)

    @property
    def is_empty(self) -> bool:
        return self.since == self.until


class Told(NamedTuple):
    """A fact about a person and an account that it concerns: from ``at`` on, ``current`` is the person's account."""

    at: int
    account: str
    current: str | None


class Placing(NamedTuple):
    """A person's events in [start, end) that belong to no account yet belong to this one."""

    person: str
    start: int
    end: int | None
    account: str


@dataclass(slots=True)
class Stays:
    """``last`` is the moment of the newest fact; ``told`` are all of them, needed and read only for what comes late."""

    person: str
    stays: list[Stay] = field(default_factory=list)
    told: list[Told] | None = None
    last: int = 0
    is_changed: bool = False
    is_late: bool = False

    def join(self, account: str, at: int) -> Sequence[Told]:
        """Seen in the account: the facts that this makes, none if that was known."""
        if not self.stays and self.told is None:
            return self._join_first(account, at)
        following: Stay | None = None
        for stay in self.stays:
            if stay.account == account:
                if stay.covers(at):
                    return ()
                if stay.since > at and following is None:
                    following = stay
        if self._must_look_back(at):
            return ()
        if following is not None:
            self.stays.remove(following)
        self._add(Stay(account, at, following.until if following else None))
        return self._tell(account, at)

    def _join_first(self, account: str, at: int) -> Sequence[Told]:
        """As nearly everybody does."""
        self.stays, self.last, self.is_changed = [Stay(account, at)], at, True
        return (Told(at, account, account),)

    def leave(self, account: str, at: int) -> Sequence[Told]:
        """Not in the account from this moment on, until seen there again."""
        if self._must_look_back(at):
            return ()
        self.is_changed = True
        for stay in self.stays:
            if stay.account == account and stay.covers(at):
                stay.until = at
                return self._tell(account, at)
        self._add(Stay(account, at, at))
        return ()

    def absorb(self, other: Stays) -> Sequence[Told]:
        """Two people turn out to be one. Both must know what was told."""
        if self.told is None or other.told is None:
            self.is_late = other.is_late = True
            return ()
        for told in other.told:
            insort(self.told, told, key=by_time)
        self.last = max(self.last, other.last)
        found: list[Told] = []
        for stay in other.stays:
            if stay.until is not None:  # first the end, so that the beginning doesn't reach beyond it
                found += self.leave(stay.account, stay.until)
            if not stay.is_empty:
                found += self.join(stay.account, stay.since)
        self.is_changed = True
        return [*found, *self._corrections(self.told, 0)]

    def current(self, at: int) -> str | None:
        """The person's account: of those that the person is in, the one joined last."""
        newest: Stay | None = None
        for place in range(bisect_right(self.stays, at, key=by_since) - 1, -1, -1):  # they stand as they began
            stay = self.stays[place]
            if newest is not None and stay.since < newest.since:
                break
            if stay.covers(at) and (newest is None or stay.account > newest.account):
                newest = stay
        return newest.account if newest else None

    def place(self, at: int) -> str | None:
        """The account that an event belongs to which names none: the only one then, or before any the first."""
        if not self.stays:
            return None
        if len(self.stays) == 1 and self.stays[0].until is None:  # as nearly always
            return self.stays[0].account
        covering = {stay.account for stay in self.stays if stay.covers(at)}
        if not covering:
            ahead = [stay for stay in self.stays if stay.since > at and not stay.is_empty]
            soonest = min((stay.since for stay in ahead), default=0)
            covering = {stay.account for stay in ahead if stay.since == soonest}
        return covering.pop() if len(covering) == 1 else None

    def placings(self) -> list[Placing]:
        """Where the person's events belong, for each stretch of time."""
        turns = sorted({0, *self._boundaries()})
        ends: list[int | None] = [*turns[1:], None]
        placed = ((start, end, self.place(start)) for start, end in zip(turns, ends, strict=True))
        return [Placing(self.person, start, end, account) for start, end, account in placed if account is not None]

    def _must_look_back(self, at: int) -> bool:
        if self.told is None and (at < self.last or any(boundary > at for boundary in self._boundaries())):
            self.is_late = True
        return self.is_late

    def _boundaries(self) -> list[int]:
        return [moment for stay in self.stays for moment in (stay.since, stay.until) if moment is not None]

    def _add(self, stay: Stay) -> None:
        """A stay of no length that began at the same moment is taken back."""
        self.stays = [s for s in self.stays if (s.account, s.since) != (stay.account, stay.since)]
        insort(self.stays, stay, key=by_since)

    def _tell(self, account: str, at: int) -> Sequence[Told]:
        """A fact for the account concerned, and one wherever the person's account is another than was told."""
        self.is_changed = True
        fact = Told(at, account, self.current(at))
        self.last = max(self.last, at)
        if self.told is None:
            return (fact,)
        insort(self.told, fact, key=by_time)
        return [fact, *self._corrections(self.told, at)]

    def _corrections(self, told: list[Told], start: int) -> list[Told]:
        found = []
        for turn, concerned in self._turns(told, start):
            current = self.current(turn)
            place = bisect_right(told, turn, key=by_time)
            if (told[place - 1].current if place else None) != current:
                insort(told, Told(turn, concerned, current), key=by_time)
                found.append(Told(turn, concerned, current))
                self.last = max(self.last, turn)
        return found

    def _turns(self, told: list[Told], start: int) -> list[tuple[int, str]]:
        """When the person's account may be another, and which account that concerns."""
        facts = {(fact.at, fact.account) for fact in told}
        stays = {(turn, stay.account) for stay in self.stays for turn in (stay.since, stay.until) if turn is not None}
        return sorted(turn for turn in facts | stays if turn[0] >= start)
