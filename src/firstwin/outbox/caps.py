"""How often anybody is written to, all rules together: of several messages that are due the one of the highest priority goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, bindparam, select

from firstwin.db.engine import alone
from firstwin.db.tables import delivery
from firstwin.db.types import Instant
from firstwin.decide.silence import SERVICE
from firstwin.outbox.alerts_lately import alerts_due, alerts_lately
from firstwin.outbox.clocks import Clocks
from firstwin.outbox.lately import TO_THEM, about_accounts, about_people, lately, recipient
from firstwin.outbox.notices import NOTICE
from firstwin.outbox.rows import state_in
from firstwin.outbox.states import State
from firstwin.rules.caps import Cap, Caps

Scope = Literal["person", "account", "csm"]


def equal(_rule: str) -> int:
    """Where nobody says which rule comes first."""
    return 0


@dataclass(frozen=True)
class Capped:
    """``over`` are the ids of messages for which there is no room any more, ``behind`` of those that let another go first."""

    over: frozenset[int] = frozenset()
    behind: frozenset[int] = frozenset()

    def __or__(self, other: Capped) -> Capped:
        return Capped(self.over | other.over, self.behind | other.behind)


@dataclass(frozen=True)
class Frequency:
    """The project's caps, and the priority of a rule by its id. ``csms`` are the destinations of CSMs."""

    caps: Caps = field(default_factory=Caps)
    priority: Callable[[str], int] = equal
    csms: frozenset[str] = frozenset()

    def judge(self, connection: Connection, at: Clocks, rows: Sequence[Row[Any]]) -> Capped:
        """Which of these messages may not go now. Two of the same rule go in the order in which they are due."""
        return self._mails(connection, at, rows) | self._alerts(connection, at, rows)

    def _mails(self, connection: Connection, at: Clocks, rows: Sequence[Row[Any]]) -> Capped:
        mails = [row for row in rows if row.channel == "email" and row.message_class != SERVICE]
        scopes = tuple(_scopes(self.caps))
        if not scopes or not mails:
            return Capped()
        alone(connection, "week")  # another worker may be about to send to the same person
        counts = [_Count(scope, cap, _sent(connection, at, mails, scope, cap)) for scope, cap in scopes]
        rivals = _rivals(connection, at, mails)
        return self._judged(mails, counts, rivals)

    def _alerts(self, connection: Connection, at: Clocks, rows: Sequence[Row[Any]]) -> Capped:
        """Of those to CSMs; what ops are told of a destination is nobody's alert."""
        alerts = [row for row in rows if row.channel == "alert" and row.destination in self.csms and row.rule != NOTICE]
        cap = self.caps.csm
        if cap is None or not alerts:
            return Capped()
        alone(connection, "week")
        whom = sorted({row.destination for row in alerts})
        sent = [frozenset((to,)) for to in whom for _ in alerts_lately(connection, at, to, alerts, cap)]
        return self._judged(alerts, [_Count("csm", cap, sent)], alerts_due(connection, at, whom, alerts))

    def _judged(self, mails: Sequence[Row[Any]], counts: Sequence[_Count], rivals: Sequence[Row[Any]]) -> Capped:
        over, behind = set[int](), set[int]()
        for row in sorted(mails, key=lambda mail: (-self.priority(mail.rule), mail.due_at, mail.id)):
            first = [rival for rival in rivals if self.priority(rival.rule) > self.priority(row.rule)]
            if any(count.is_full(row) for count in counts):
                over.add(row.id)
            elif any(count.is_full(row, first) for count in counts):
                behind.add(row.id)
            else:
                for count in counts:
                    count.sent.append(_whose(row, count.scope))
        return Capped(frozenset(over), frozenset(behind))


@dataclass
class _Count:
    """Of each message that was sent lately, or goes now: whose it is."""

    scope: Scope
    cap: Cap
    sent: list[frozenset[str]]

    def is_full(self, row: Row[Any], others: Iterable[Row[Any]] = ()) -> bool:
        """Whether there is no room for this one, once ``others`` have gone."""
        whose = _whose(row, self.scope)
        taken = [*self.sent, *(_whose(other, self.scope) for other in others)]
        return sum(not whose.isdisjoint(each) for each in taken) >= self.cap.at_most


def _scopes(caps: Caps) -> Iterator[tuple[Scope, Cap]]:
    if caps.person:
        yield "person", caps.person
    if caps.account:
        yield "account", caps.account


def _whose(row: Row[Any], scope: Scope) -> frozenset[str]:
    if scope == "csm":
        return frozenset((row.destination,))
    return frozenset(recipient(row) if scope == "person" else filter(None, (row.account_id,)))


def _sent(
    connection: Connection, at: Clocks, mails: Sequence[Row[Any]], scope: Scope, cap: Cap
) -> list[frozenset[str]]:
    since = at.now - cap.in_last
    if scope == "person":
        return [_whose(row, scope) for row in lately(connection, about_people(at, mails), since)]
    found: list[frozenset[str]] = []
    for account in {row.account_id for row in mails if row.account_id}:  # a large one has more than anybody counts
        others = lately(connection, about_accounts(at, mails, account), since, most=cap.at_most)
        found += [_whose(row, scope) for row in others]
    return found


def _rivals(connection: Connection, at: Clocks, mails: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """What else is due to them now."""
    accounts = sorted({row.account_id for row in mails if row.account_id})
    return connection.execute(_RIVALS, about_people(at, mails) | {"accounts": accounts, "now": at.now}).all()


_DUE = (
    state_in((State.SCHEDULED, State.RETRY_WAIT, State.LEASED)),
    delivery.c.due_at <= bindparam("now", type_=Instant()),
)
_RIVALS: Select[Any] = select(delivery.c.rule, delivery.c.person_id, delivery.c.address, delivery.c.account_id).where(
    TO_THEM, *_DUE
)
