"""The mails of other rules that really went out while a backtest plays: they count against its caps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, select

from firstwin.db.tables import LIVE, delivery
from firstwin.db.types import Instant
from firstwin.outbox.lately import TO_THEM
from firstwin.outbox.rows import state_in
from firstwin.outbox.states import State
from firstwin.rules.caps import Caps
from firstwin.rules.terms import Rule
from firstwin.tools.backtest.room import Gone, whose

BATCH: Final = 20_000
c = delivery.c


def others(connection: Connection, rule: Rule, caps: Caps, mails: Sequence[Gone]) -> list[Gone]:
    """In the order of time, those to anybody whom ``mails`` go to, which are in that order too."""
    if not mails:
        return []
    longest = max((cap.in_last for cap in (caps.person, caps.account) if cap), default=timedelta(0))
    window = {"since": mails[0].at - longest, "until": mails[-1].at, "own": [], "run": LIVE}
    window["names"] = [rule.id, rule.was or rule.id]
    found: dict[int, Gone] = {}
    for whom in _whom(caps, mails):
        found |= {id_: whose(at, *to) for id_, at, *to in connection.execute(_ARRIVED, window | whom)}
    return sorted(found.values(), key=_when)


def _when(one: Gone) -> datetime:
    return one.at


def _whom(caps: Caps, mails: Sequence[Gone]) -> Iterator[dict[str, Any]]:
    """In parts. A name may be a person's id or an address in small letters: it is looked for as both."""
    names = {who for mail in mails for who in mail.person} if caps.person else set()
    spelled = {mail.spelled for mail in mails} if caps.person else set()
    accounts = {who for mail in mails for who in mail.account} if caps.account else set()
    nobody: dict[str, Any] = {"people": [], "addresses": [], "accounts": []}
    for key, whom in (("people", names), ("addresses", names | spelled - {""}), ("accounts", accounts)):
        ordered = sorted(whom)
        for first in range(0, len(ordered), BATCH):
            yield nobody | {key: ordered[first : first + BATCH]}


_ARRIVED: Select[Any] = select(c.id, c.settled_at, c.person_id, c.address, c.account_id).where(
    TO_THEM,
    state_in((State.DELIVERED,)),
    c.rule.not_in(bindparam("names", expanding=True)),
    c.settled_at > bindparam("since", type_=Instant()),
    c.settled_at <= bindparam("until", type_=Instant()),
)
