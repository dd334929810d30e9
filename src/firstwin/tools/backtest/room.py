"""How often anybody is written to in a backtest: the project's caps, over mails that go out one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Literal, NamedTuple

from firstwin.rules.caps import Cap, Caps

Whose = tuple[str, ...]
Scope = Literal["person", "account"]


class Gone(NamedTuple):
    """A mail that went out: when, and whose it was. ``spelled`` is its address as it was written."""

    at: datetime
    person: Whose
    account: Whose
    spelled: str


def whose(at: datetime, person: str | None, address: str | None, account: str | None) -> Gone:
    """A person is known by id and by address, so that two ids with one address are one reader."""
    known = tuple(who for who in (person, (address or "").lower()) if who)
    return Gone(at, known, (account,) if account else (), address or "")


class Room:
    """What went out lately. ``others``, in the order of time, are mails that went out whatever the caps say."""

    def __init__(self, caps: Caps, others: Iterable[Gone] = ()) -> None:
        both: tuple[tuple[Scope, Cap | None], ...] = (("person", caps.person), ("account", caps.account))
        self._counts = [(attrgetter(scope), _Count(cap)) for scope, cap in both if cap is not None]
        self._others = deque(others)

    def takes(self, mail: Gone) -> bool:
        """Whether there is room for it, which it then takes. Mails are asked about in the order in which they go."""
        while self._others and self._others[0].at <= mail.at:
            self._note(self._others.popleft())
        for whose, count in self._counts:
            if count.is_full(whose(mail), mail.at):
                return False
        self._note(mail)
        return True

    def _note(self, mail: Gone) -> None:
        for whose, count in self._counts:
            count.note(whose(mail), mail.at)


@dataclass
class _Count:
    """By whom they went to: the mails within the window, each by its number."""

    cap: Cap
    noted: int = 0
    lately: dict[str, deque[tuple[datetime, int]]] = field(default_factory=dict)

    def is_full(self, whom: Whose, now: datetime) -> bool:
        """By id and by address it may be the same mail, which counts once."""
        found = [lately for lately in map(self.lately.get, whom) if lately]
        since, most = now - self.cap.in_last, self.cap.at_most
        for lately in found:
            while lately and lately[0][0] <= since:
                lately.popleft()
            if len(lately) >= most:
                return True
        return len(found) > 1 and len({number for lately in found for _, number in lately}) >= most

    def note(self, whom: Whose, at: datetime) -> None:
        self.noted += 1
        for who in whom:
            self.lately.setdefault(who, deque()).append((at, self.noted))
