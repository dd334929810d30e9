"""Until when each recipient of a long stretch is left in peace: zones as they were known, nights worked out once."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from firstwin.db import tables
from firstwin.facts.past import ZONE
from firstwin.facts.subject import Kind
from firstwin.match.calendar import zone_of
from firstwin.outbox.peace import Peace
from firstwin.outbox.quiet import LONGEST, stretches
from firstwin.rules.quiet_hours import QuietHours
from firstwin.tools.backtest.grid import Grid

DAY = timedelta(days=1)
Said = tuple[datetime, datetime, ZoneInfo | None]  # when it was so, since when that is known, and where that is

event = tables.event.c


class Nights:
    """The project's quiet hours over the slots of a grid. Without quiet hours nobody waits."""

    def __init__(self, connection: Connection, peace: Peace, grid: Grid) -> None:
        self._hours = peace.hours
        self._days = grid.begin.date() - 2 * DAY, grid.end.date() + LONGEST + 2 * DAY
        self._nights: dict[ZoneInfo, tuple[list[datetime], list[datetime]]] = {}
        self._default = zone_of(peace.zone) or ZoneInfo("UTC")
        self._people = _said(connection, "person") if peace.hours else {}
        self._accounts = _said(connection, "account") if peace.hours else {}

    def until(self, person: str | None, account: str | None, at: datetime) -> datetime | None:
        """When the quiet hours of this recipient end, None outside of them; ``at`` lies on the grid or between its slots."""
        if self._hours is None:
            return None
        zone = _then(self._people.get(person, ()), at) or _then(self._accounts.get(account, ()), at) or self._default
        if zone not in self._nights:
            self._nights[zone] = _nights(self._hours, zone, *self._days)
        return _end(self._nights[zone], at)


def _said(connection: Connection, kind: Kind) -> dict[str | None, list[Said]]:
    """By subject: every zone that was ever told, the newest first."""
    whose = event.account_id if kind == "account" else event.person_id
    query = select(whose, event.occurred_at, event.known_at, event.props).where(
        event.name == f"firstwin.{kind}.{ZONE}", whose.is_not(None)
    )
    found: dict[str | None, list[Said]] = defaultdict(list)
    for subject, at, known_at, props in connection.execute(query.order_by(event.occurred_at.desc(), event.seq.desc())):
        name = props.get("value")
        found[subject].append((at, known_at, zone_of(name) if isinstance(name, str) else None))
    return dict(found)


def _then(said: Sequence[Said], now: datetime) -> ZoneInfo | None:
    for at, known_at, zone in said:
        if at <= now and known_at <= now:
            return zone
    return None


def _nights(hours: QuietHours, zone: ZoneInfo, first: date, last: date) -> tuple[list[datetime], list[datetime]]:
    """When they begin and when they end, in order; those that meet are one."""
    begins: list[datetime] = []
    ends: list[datetime] = []
    days = (first + place * DAY for place in range((last - first).days + 1))
    for begin, end in sorted(one for day in days for one in stretches(hours, zone, day)):
        if ends and begin <= ends[-1]:
            ends[-1] = max(end, ends[-1])
        else:
            begins.append(begin)
            ends.append(end)
    return begins, ends


def _end(nights: tuple[list[datetime], list[datetime]], at: datetime) -> datetime | None:
    begins, ends = nights
    place = bisect_right(begins, at) - 1
    return ends[place] if place >= 0 and at < ends[place] else None
