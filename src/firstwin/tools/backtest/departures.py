"""When the mails of a backtest would have left, and which of them not at all: quiet hours, gates and caps at the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from heapq import heappop, heappush
from typing import NamedTuple

from sqlalchemy import Connection

from firstwin.decide.silence import SERVICE
from firstwin.decide.value import Decision, Nudge, Planned, Reason
from firstwin.match.value import Start
from firstwin.outbox.restraint import Restraint
from firstwin.rules.terms import Rule, Step
from firstwin.tools.backtest.came import Fate
from firstwin.tools.backtest.grid import Grid
from firstwin.tools.backtest.nights import Nights
from firstwin.tools.backtest.others import others
from firstwin.tools.backtest.room import Gone, Room, whose


class Mail(NamedTuple):
    """One on its way: the ``place`` of a ``nudge``, both counted from 0."""

    nudge: int
    place: int
    start: Start
    step: Step
    account: str | None
    person: str | None
    address: str | None
    decided_at: datetime
    expires_at: datetime


class Going(NamedTuple):
    """A mail at its moment, in the order of the wire: of two at once that goes first which was due first."""

    at: datetime
    due_at: datetime
    number: int


Due = tuple[Mail, datetime]
Ask = Callable[[Sequence[Due]], Sequence[str | None]]  # why each is not wanted any more at its moment, if it is not


class Departures:
    """The mails of one rule. Those of ``class: service`` leave at once, and count for nothing."""

    def __init__(self, connection: Connection, rule: Rule, restraint: Restraint, grid: Grid) -> None:
        self.rule, self._caps = rule, restraint.frequency.caps
        self._nights = Nights(connection, restraint.peace, grid)
        self.forget()

    def forget(self) -> None:
        """It is done once more."""
        self._nudges = 0
        self._mails: list[Mail] = []
        self._held: list[tuple[datetime, int]] = []
        self._going: list[Going] = []
        self._stopped: dict[int, Fate] = {}

    def hear(self, now: datetime, decisions: Sequence[Decision]) -> None:
        for one in decisions:
            if isinstance(one, Nudge) and one.match.rule.id == self.rule.id:
                for place, planned in enumerate(one.planned):
                    if planned.channel == "email" and planned.message_class != SERVICE:
                        self._mails.append(_mail(now, self._nudges, place, one, planned))
                        self._send(len(self._mails) - 1, now, one.match.due_at)
                self._nudges += 1

    def _send(self, number: int, now: datetime, due_at: datetime) -> None:
        mail = self._mails[number]
        end = self._nights.until(mail.person, mail.account, now)
        if end is None:
            self._going.append(Going(now, due_at, number))
        else:
            heappush(self._held, (end, number))

    def judge(self, until: datetime, ask: Ask) -> None:
        """Of those whose quiet hours have ended by then: may they go, each at its moment?"""
        while self._held and self._held[0][0] <= until:
            due: list[tuple[int, datetime]] = []
            while self._held and self._held[0][0] <= until:
                at, number = heappop(self._held)
                due.append((number, at))
            self._judge(due, ask)

    def _judge(self, due: Iterable[tuple[int, datetime]], ask: Ask) -> None:
        in_time: list[tuple[int, datetime]] = []
        for number, at in due:
            if self._mails[number].expires_at < at:
                self._stopped[number] = Fate(at, Reason.EXPIRED)
            else:
                in_time.append((number, at))
        reasons = ask([(self._mails[number], at) for number, at in in_time])
        for (number, at), reason in zip(in_time, reasons, strict=True):
            if reason is not None:
                self._stopped[number] = Fate(at, reason)
            else:
                self._send(number, at, at)  # it may be night by the clock of where they are now

    def fates(self, connection: Connection) -> Mapping[tuple[int, int], Fate]:
        """By nudge and place: of those that did not leave when they were decided. ``connection`` sees the project's tables."""
        found = self._stopped | {number: Fate(end, Reason.QUIET_HOURS) for end, number in self._held}
        in_order = sorted(self._going)
        mails = [self._gone(one) for one in in_order]
        room = Room(self._caps, others(connection, self.rule, self._caps, mails))
        for one, mail in zip(in_order, mails, strict=True):
            leaves = one.at if one.at > self._mails[one.number].decided_at else None
            if not room.takes(mail):
                found[one.number] = Fate(leaves, Reason.CAPPED)
            elif leaves is not None:
                found[one.number] = Fate(leaves)
        return {self._mails[number][:2]: fate for number, fate in found.items()}

    def _gone(self, one: Going) -> Gone:
        mail = self._mails[one.number]
        return whose(one.at, mail.person, mail.address, mail.account)


def _mail(now: datetime, nudge: int, place: int, of: Nudge, planned: Planned) -> Mail:
    match = of.match
    return Mail(
        nudge,
        place,
        match.start,
        match.step,
        of.account_id,
        planned.person_id,
        planned.address,
        now,
        planned.expires_at,
    )
